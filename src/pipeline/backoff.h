#pragma once

#include <cstdint>
#include <random>

#include "base/time.h"

namespace firn {

struct BackoffLimits {
  Duration first = std::chrono::milliseconds(100);
  Duration longest = std::chrono::seconds(60);
};

/// Waiting times between attempts: the bound doubles from `first` to `longest`, the wait is any part of it ("full
/// jitter"), so that several failing things do not come back in step ("Exponential Backoff And Jitter", AWS
/// Architecture Blog).
class Backoff {
 public:
  explicit Backoff(BackoffLimits limits = {}) : limits_(limits) {}

  /// Counts a failure and says how long to wait.
  Duration next(std::mt19937_64& random);
  /// After a success.
  void reset() { failures_ = 0; }
  [[nodiscard]] std::uint64_t failures() const { return failures_; }

 private:
  BackoffLimits limits_;
  std::uint64_t failures_ = 0;
};

}  // namespace firn
