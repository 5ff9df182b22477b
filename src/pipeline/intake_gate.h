#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "model/step.h"
#include "observe/alarms.h"
#include "platform/file_system.h"

namespace firn {

/// So much space must be free.
struct DiskFloors {
  std::uint64_t intake = 0;
  std::uint64_t pack = 0;
};

/// Watches the free space of the data directory: a step of its own that looks once a second. Intake asks the last
/// answer, since it must not wait for the disk.
class DiskWatch final : public Step {
 public:
  DiskWatch(FileSystem& files, Alarms& alarms, std::string data_dir, DiskFloors floors)
      : files_(files), alarms_(alarms), data_dir_(std::move(data_dir)), floors_(floors) {}

  [[nodiscard]] std::string_view name() const override { return "disk"; }
  StepOutcome run() override;

  /// True when intake must not take more.
  [[nodiscard]] bool below_floor() const { return below_floor_.load(std::memory_order_relaxed); }

 private:
  /// Raises or clears the alarm when that changed.
  void tell(bool& stands, bool below, const std::string& alarm, const std::string& text);

  FileSystem& files_;
  Alarms& alarms_;
  const std::string data_dir_;
  const DiskFloors floors_;
  bool intake_alarm_ = false;
  bool pack_alarm_ = false;
  std::atomic<bool> below_floor_{false};
};

/// Counts events and says how many there were each second, on average over the last ten. Threads: any.
class RateMeter {
 public:
  explicit RateMeter(const Clock& clock) : clock_(clock) {}
  void count() FIRN_EXCLUDES(mutex_);
  [[nodiscard]] double per_second() const FIRN_EXCLUDES(mutex_);
  [[nodiscard]] std::uint64_t total() const FIRN_EXCLUDES(mutex_);

 private:
  struct Second {
    std::int64_t at = 0;
    std::uint64_t events = 0;
  };
  const Clock& clock_;
  mutable Mutex mutex_;
  std::deque<Second> seconds_ FIRN_GUARDED_BY(mutex_);
  std::uint64_t total_ FIRN_GUARDED_BY(mutex_) = 0;
};

}  // namespace firn
