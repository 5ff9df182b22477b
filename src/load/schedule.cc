#include "load/schedule.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>

#include "base/local_time.h"

namespace firn {

std::optional<Timestamp> Schedule::next_after(Timestamp after) const {
  return cron_.every_hour() ? next_shown(after) : next_time_of_day(after);
}

std::string Schedule::text() const { return fmt::format("{}, {}", cron_.text(), zone_.name()); }

/// From one jump of the clocks to the next, local time is the moment and a fixed distance.
std::optional<Timestamp> Schedule::next_shown(Timestamp after) const {
  Timestamp from = after + Duration(1);
  for (;;) {
    const LocalTime local = zone_.local(from);
    const auto minute = cron_.next(std::chrono::ceil<std::chrono::minutes>(local) - std::chrono::minutes(1));
    if (!minute) {
      return std::nullopt;
    }
    const Timestamp moment = from + (*minute - local);
    const auto change = zone_.next_change(from);
    if (!change || moment < *change) {
      return moment;
    }
    from = *change;
  }
}

std::optional<Timestamp> Schedule::next_time_of_day(Timestamp after) const {
  auto minute = cron_.next(std::chrono::floor<std::chrono::minutes>(zone_.local(after)));
  // In an hour that is shown again, its times have fired before.
  while (minute && zone_.first_at(*minute) <= after) {
    minute = cron_.next(*minute);
  }
  return minute ? std::optional(zone_.first_at(*minute)) : std::nullopt;
}

}  // namespace firn
