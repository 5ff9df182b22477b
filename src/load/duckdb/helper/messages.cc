#include "load/duckdb/helper/messages.h"

#include <duckdb.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "load/duckdb/helper/database.h"

namespace firn {
namespace {

/// What the machine says of itself, in the first line of any error.
constexpr std::array<std::string_view, 4> kMachine{"No space left on device", "Disk quota exceeded",
                                                   "Read-only file system", "Permission denied"};

/// What the decoders of zstd and gzip say of damaged bytes. The database calls these IO errors too.
constexpr std::array<std::string_view, 12> kDamage{
    "Unknown frame descriptor",       "Version not supported",    "Unsupported frame parameter",
    "Frame requires too much memory", "Data corruption detected", "Restored data doesn't match checksum",
    "Header of Literals' block",      "Dictionary is corrupted",  "Src size is incorrect",
    "Input is not a GZIP stream",     "Unsupported GZIP archive", "Failed to decode gzip stream"};

/// What follows the last `mark`, as long as its characters are accepted. The last one: rows are quoted before it.
template <typename Accept>
std::string_view after_last(std::string_view words, std::string_view mark, Accept accept) {
  const auto at = words.rfind(mark);
  if (at == std::string_view::npos) {
    return {};
  }
  const std::string_view rest = words.substr(at + mark.size());
  const auto end = std::ranges::find_if_not(rest, accept);
  return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool has(std::string_view words, std::string_view part) { return words.find(part) != std::string_view::npos; }

std::string csv_cause(std::string_view words) {
  const auto expected = after_last(words, "Expected Number of Columns: ", is_digit);
  if (!expected.empty()) {
    return fmt::format("{} columns expected, {} found", expected, after_last(words, " Found: ", is_digit));
  }
  const auto column = after_last(words, "Error when converting column \"", is_name);
  if (!column.empty()) {
    return fmt::format("the value does not fit the type of column {}", column);
  }
  if (has(words, "Maximum line size of")) {
    return "the row is longer than its manifest says";
  }
  if (has(words, "unterminated quote")) {
    return "a quoted value does not end as it should";
  }
  return has(words, "Invalid unicode") ? "not UTF-8" : "not in the form that chunk files have";
}

/// Errors whose first line speaks of files, tables and memory only.
bool speaks_of_no_row(duckdb_error_type type, std::string_view words) {
  switch (static_cast<int>(type)) {
    case DUCKDB_ERROR_IO:
    case DUCKDB_ERROR_OUT_OF_MEMORY:
    case DUCKDB_ERROR_PERMISSION:
    case DUCKDB_ERROR_CATALOG:
    case DUCKDB_ERROR_BINDER:
    case DUCKDB_ERROR_PARSER:
    case DUCKDB_ERROR_TRANSACTION:
    case DUCKDB_ERROR_FATAL:
      return true;
    case DUCKDB_ERROR_CONSTRAINT:
      return has(words, "NOT NULL constraint failed");
    default:
      return false;
  }
}

std::string shown(duckdb_error_type type, std::string_view words) {
  const std::string_view first_line = words.substr(0, words.find('\n'));
  const auto line = after_last(first_line, "CSV Error on Line: ", is_digit);
  if (!line.empty()) {
    return fmt::format("line {}: {}", line, csv_cause(words));
  }
  if (speaks_of_no_row(type, first_line)) {
    return std::string(first_line);
  }
  return fmt::format("the database refused it (DuckDB error type {})", static_cast<int>(type));
}

template <std::size_t count>
bool has_one_of(std::string_view words, const std::array<std::string_view, count>& parts) {
  return std::ranges::any_of(parts, [words](std::string_view part) { return has(words, part); });
}

/// Errors of the run, not of what stands in the file that it reads.
bool ends_the_run(duckdb_error_type type, std::string_view first_line) {
  switch (static_cast<int>(type)) {
    case DUCKDB_ERROR_FATAL:
    case DUCKDB_ERROR_INTERNAL:
    case DUCKDB_ERROR_INTERRUPT:
    case DUCKDB_ERROR_OUT_OF_MEMORY:
    case DUCKDB_ERROR_PERMISSION:
      return true;
    case DUCKDB_ERROR_IO:
      return !has_one_of(first_line, kDamage);
    default:
      return has_one_of(first_line, kMachine);
  }
}

}  // namespace

SqlFailure describe_failure(duckdb_error_type type, std::string_view words) {
  const std::string_view first_line = words.substr(0, words.find('\n'));
  const bool fatal = ends_the_run(type, first_line);
  const bool at_file = fatal && type != DUCKDB_ERROR_PERMISSION && !has_one_of(first_line, kMachine);
  return {fatal, shown(type, words), at_file};
}

bool is_lock_failure(std::string_view words) { return has(words, "Could not set lock on file"); }

std::string lock_holder(std::string_view database, std::string_view words) {
  constexpr std::string_view kMark = "Conflicting lock is held in ";
  const auto begin = words.find(kMark);
  if (begin == std::string_view::npos) {
    return fmt::format("another program holds {}", database);
  }
  const std::string_view rest = words.substr(begin + kMark.size());
  return fmt::format("{} is held by {}", database, rest.substr(0, rest.find(". ")));
}

}  // namespace firn
