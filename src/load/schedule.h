#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/cron.h"
#include "base/time.h"
#include "platform/time_zone.h"

namespace firn {

/// The moments that a cron expression means in a time zone. A value; it reads no clock and never blocks. Threads: any.
///
/// When clocks are moved, like cron(8):
/// - An expression that does not name every hour means times of day, and each of them is one firing: a time that clocks
///   skip fires at the first moment after the gap (several of them together once), a time that they show twice fires at
///   the first only.
/// - One that names every hour (`@hourly`, `*/15 * * * *`) means a distance: it fires whenever the clock shows one of
///   its minutes. So it goes on through the hour that is shown twice, and has nothing to make up for one that is
///   skipped.
class Schedule {
 public:
  Schedule(CronExpression cron, TimeZone zone) : cron_(std::move(cron)), zone_(std::move(zone)) {}

  /// The first of its moments later than `after`, which lies in the years 1 to 9999. Nothing when it would lie beyond.
  [[nodiscard]] std::optional<Timestamp> next_after(Timestamp after) const;

  /// For people: `@monthly, Africa/Nairobi`.
  [[nodiscard]] std::string text() const;

 private:
  [[nodiscard]] std::optional<Timestamp> next_shown(Timestamp after) const;
  [[nodiscard]] std::optional<Timestamp> next_time_of_day(Timestamp after) const;

  CronExpression cron_;
  TimeZone zone_;
};

}  // namespace firn
