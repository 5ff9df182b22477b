#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace firn {

/// What this process uses. Empty where the system does not tell.
struct ProcessFigures {
  std::optional<std::uint64_t> resident_bytes;
  std::optional<Timestamp> started;
  std::optional<std::uint64_t> open_files;
  std::optional<std::uint64_t> max_open_files;
  Duration cpu_time{0};
};

/// Looks at /proc/self; costs some system calls.
ProcessFigures process_figures();

/// The number by which the system knows this process.
int process_id();

}  // namespace firn
