#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/local_time.h"
#include "base/result.h"
#include "base/time.h"

namespace firn {

/// A zone of the IANA's time zone database, as the operating system keeps it (Debian's package tzdata; another folder
/// when TZDIR names one). Read once, when it is loaded: a change of the database takes effect with the next process.
/// Years after the last one that a file lists follow its rule. A copy is cheap. Threads: any.
class TimeZone {
 public:
  /// By its name in the database, like "Africa/Nairobi"; "UTC" is known even without one. kConfiguration for any other
  /// text, with the name that was probably meant.
  static Result<TimeZone> load(const std::string& name);

  [[nodiscard]] const std::string& name() const { return name_; }

  /// What clocks there show at this moment.
  [[nodiscard]] LocalTime local(Timestamp moment) const;
  /// The first moment at which clocks there show this; when they skip it, the first moment after the gap.
  [[nodiscard]] Timestamp first_at(LocalMinutes time) const;
  /// The first moment after `moment` at which clocks there jump, forwards or backwards. Nothing when none is known.
  [[nodiscard]] std::optional<Timestamp> next_change(Timestamp moment) const;

 private:
  struct Rules;
  TimeZone(std::string name, std::shared_ptr<const Rules> rules) : name_(std::move(name)), rules_(std::move(rules)) {}

  std::string name_;
  std::shared_ptr<const Rules> rules_;
};

}  // namespace firn
