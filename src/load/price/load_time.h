#pragma once

#include <optional>

namespace firn {

/// How fast a COPY is. What is not learnt is assumed: nothing of it is in Snowflake's documentation.
struct LoadSpeed {
  std::optional<double> learnt_seconds_per_gigabyte =
      std::nullopt;                         ///< from loads that were done; then the rest does not count
  double megabytes_per_thread_second = 20;  ///< before compression; 20 to 50 are told of
  double threads = 8;                       ///< of a warehouse of size XS
  double statement_seconds = 2;             ///< of a COPY that loads next to nothing
  double resume_seconds = 2;                ///< until a suspended warehouse works
};

/// The files of one load.
struct LoadFiles {
  double count = 1;
  double gigabytes_each = 0;  ///< the largest, before compression
};

/// Seconds of one COPY: each thread takes one file after the other, ceil(count / threads) of them at most.
double load_seconds(const LoadSpeed& speed, const LoadFiles& files);

/// Seconds for a gigabyte when every thread has work.
double seconds_per_gigabyte(const LoadSpeed& speed);

}  // namespace firn
