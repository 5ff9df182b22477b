#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firn {

/// A moment in UTC, to the microsecond: what HQ writes and what the table holds.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

inline constexpr Timestamp timestamp_from_micros(std::int64_t micros) {
  return Timestamp(std::chrono::microseconds(micros));
}
inline constexpr std::int64_t to_micros(Timestamp t) { return t.time_since_epoch().count(); }

/// Reads an ISO 8601 date and time as HQ and phones write it: `YYYY-MM-DDTHH:MM[:SS[.f{1,9}]]`, `T` or a space,
/// then nothing (taken as UTC), `Z`, `+HH`, `+HHMM` or `+HH:MM`. Nothing when the text is not that, the date does
/// not exist, or the moment in UTC lies outside the years 1 to 9999. Digits past the microsecond are cut off.
std::optional<Timestamp> parse_timestamp(std::string_view text);

/// `YYYY-MM-DD HH:MM:SS.ffffff` in UTC (design section 8). `t` must lie in the years 1 to 9999.
std::string format_timestamp(Timestamp t);

/// The same as `YYYY-MM-DDTHH:MM:SS.ffffffZ`, for JSON and logs.
std::string format_iso8601(Timestamp t);

/// `YYYY-MM`, the default period of a batch.
std::string format_month(Timestamp t);

/// "3d 4h", "12m 5s", "0.4s": the two largest units, for people.
std::string format_duration(Duration d);

}  // namespace firn
