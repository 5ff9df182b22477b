#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace firn {

/// The calendar part of a batch's directory. A period begins and ends at midnight in UTC.
enum class Period { kMonth, kWeek, kDay };

/// "month", "week" or "day".
std::string_view to_string(Period period);
std::optional<Period> parse_period(std::string_view text);

/// The period that a moment lies in: month `2026-11`, week of ISO 8601 `2026-W48` (its year is that of its Thursday),
/// day `2026-11-26`. Names of one kind sort by time. `moment` lies in the years 1 to 9999.
std::string format_period(Period period, Timestamp moment);

}  // namespace firn
