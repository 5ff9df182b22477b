#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace firn {

/// A clock that moves only when told to. Threads: any.
class ManualClock final : public Clock {
 public:
  /// 2026-03-01T00:00:00Z
  static constexpr std::int64_t kStart = 1'772'323'200'000'000;

  explicit ManualClock(Timestamp start = timestamp_from_micros(kStart)) : now_(to_micros(start)) {}

  [[nodiscard]] Timestamp now() const override { return timestamp_from_micros(now_.load()); }
  [[nodiscard]] Duration steady() const override { return Duration(steady_.load()); }

  /// Both wall time and steady time pass.
  void advance(Duration by) {
    now_ += by.count();
    steady_ += by.count();
  }
  /// Somebody sets the machine's clock; steady time does not notice.
  void set(Timestamp now) { now_ = to_micros(now); }

 private:
  std::atomic<std::int64_t> now_;
  std::atomic<std::int64_t> steady_{0};
};

}  // namespace firn
