#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/time.h"

namespace firn {

/// A line with a bar that is drawn over and over, on a terminal only; elsewhere nothing is written. At most ten times a
/// second. One thread.
class ProgressBar {
 public:
  ProgressBar(std::ostream& out, bool is_terminal, const Clock& clock, std::string label)
      : out_(out), is_terminal_(is_terminal), clock_(clock), label_(std::move(label)) {}
  ~ProgressBar() { finish(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void update(std::uint64_t done, std::uint64_t total);
  /// Removes the line.
  void finish();

 private:
  std::ostream& out_;
  const bool is_terminal_;
  const Clock& clock_;
  const std::string label_;
  std::optional<Duration> drawn_at_;
};

}  // namespace firn
