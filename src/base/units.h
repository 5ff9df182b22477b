#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace firn {

/// Reads a size as people write it: a number, maybe with a fraction, and one of B, kB (or KB), MB, GB, TB (powers of
/// 1000), KiB, MiB, GiB, TiB (powers of 1024); spaces between are allowed, a bare number is bytes. The fraction must
/// make whole bytes. Nothing when the text is not that or does not fit into 63 bits.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// The shortest text that parse_size() reads as the same number, e.g. "64 MB", "1500 kB", "17 B".
std::string format_size(std::uint64_t bytes);

/// For people: three digits and a unit, e.g. "1.52 GB", "64.0 MB", "17 B".
std::string human_size(std::uint64_t bytes);

/// With separators: "1,234,567".
std::string human_count(std::uint64_t count);

/// Reads a length of time: whole numbers each with ms, s, m, h or d, largest unit first: "90s", "1h", "1h 30m"; also
/// "0". Nothing when the text is not that or is longer than 100 years.
std::optional<Duration> parse_duration(std::string_view text);

/// The shortest text that parse_duration() reads as the same time, e.g. "1h", "7d", "1h 30m"; microseconds are cut off.
std::string format_exact_duration(Duration duration);

}  // namespace firn
