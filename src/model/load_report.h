#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/names.h"

namespace firn {

/// What a destination says about one file.
enum class FileStatus {
  kLoaded,     ///< in the table, now or by an earlier run of the same file
  kPartially,  ///< some rows are in the table
  kFailed,     ///< no row is in the table
};

std::string_view to_string(FileStatus status);
std::optional<FileStatus> parse_file_status(std::string_view text);

struct FileReport {
  ObjectKey key;
  FileStatus status = FileStatus::kFailed;
  std::uint64_t rows_loaded = 0;
  std::string message;           ///< the destination's words when it is not kLoaded; no payload
  std::uint64_t error_line = 0;  ///< of the file, from 1: why it failed; 0 when unknown
};

}  // namespace firn
