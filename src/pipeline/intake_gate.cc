#include "pipeline/intake_gate.h"

#include <chrono>
#include <cstdint>
#include <string>

#include "base/mutex.h"
#include "base/time.h"
#include "base/units.h"
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
  const bool below = *free < floors_.intake;
  below_floor_.store(below, std::memory_order_relaxed);
  const std::string left = "only " + human_size(*free) + " are free and ";
  tell(intake_alarm_, below, "disk.intake_floor",
       left + "disk.intake_floor is " + format_size(floors_.intake) +
           ": intake answers 503 and HQ sends again later; loading goes on and frees space");
  tell(pack_alarm_, *free < floors_.pack, "disk.pack_floor",
       left + "disk.pack_floor is " + format_size(floors_.pack) + ": nothing is packed any more; nothing is lost");
  return StepOutcome::idle_for(std::chrono::seconds(1));
}

void DiskWatch::tell(bool& stands, bool below, const std::string& alarm, const std::string& text) {
  if (below && !stands) {
    alarms_.raise(alarm, data_dir_, text);
  } else if (!below && stands) {
    alarms_.clear(alarm, data_dir_);
  }
  stands = below;
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
