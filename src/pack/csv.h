#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace firn {

// The dialect of chunk files (docs/formats/csv.md): RFC 4180 without header, lines end with LF, every text is quoted,
// NULL is an empty field without quotes, times and numbers are not quoted. The caller puts kCsvSeparator between fields
// and kCsvLineEnd after the last.

inline constexpr char kCsvSeparator = ',';
inline constexpr char kCsvLineEnd = '\n';

/// Appends the text in quotes, with the quotes in it doubled. Any bytes go.
void append_csv_text(std::string& out, std::string_view text);

/// Appends `YYYY-MM-DD HH:MM:SS.ffffff`. `t` must lie in the years 1 to 9999.
void append_csv_timestamp(std::string& out, Timestamp t);

void append_csv_number(std::string& out, std::uint64_t number);

}  // namespace firn
