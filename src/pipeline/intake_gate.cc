#include "pipeline/intake_gate.h"

#include <chrono>
#include <cstdint>
#include <string>

#include "base/mutex.h"
#include "base/time.h"
#include "model/step.h"

namespace firn {
namespace {

constexpr std::int64_t kWindowSeconds = 10;

std::int64_t whole_seconds(Duration d) { return std::chrono::floor<std::chrono::seconds>(d).count(); }

}  // namespace

StepOutcome DiskWatch::run() {
  const auto free = files_.free_bytes(data_dir_);
  if (!free) {
    return StepOutcome::failed(free.error());
  }
  const bool below = *free < intake_floor_bytes_;
  below_floor_.store(below, std::memory_order_relaxed);
  if (below) {
    alarms_.raise(
        "disk.intake_floor", data_dir_,
        "only " + std::to_string(*free / 1'000'000) + " MB are free and disk.intake_floor is " +
            std::to_string(intake_floor_bytes_ / 1'000'000) +
            " MB: intake answers 503 and HQ tries again later; loading goes on and frees space. Free some space or "
            "lower the floor");
  } else {
    alarms_.clear("disk.intake_floor", data_dir_);
  }
  return StepOutcome::idle_for(std::chrono::seconds(1));
}

void RateMeter::count() {
  const std::int64_t now = whole_seconds(clock_.steady());
  const MutexLock lock(mutex_);
  ++total_;
  if (seconds_.empty() || seconds_.back().at != now) {
    seconds_.push_back({now, 0});
  }
  ++seconds_.back().events;
  while (seconds_.front().at <= now - kWindowSeconds) {
    seconds_.pop_front();
  }
}

double RateMeter::per_second() const {
  const std::int64_t now = whole_seconds(clock_.steady());
  const MutexLock lock(mutex_);
  std::uint64_t events = 0;
  for (const Second& second : seconds_) {
    if (second.at > now - kWindowSeconds) {
      events += second.events;
    }
  }
  return static_cast<double>(events) / static_cast<double>(kWindowSeconds);
}

std::uint64_t RateMeter::total() const {
  const MutexLock lock(mutex_);
  return total_;
}

}  // namespace firn
