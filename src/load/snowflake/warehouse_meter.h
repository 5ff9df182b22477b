#pragma once

#include <chrono>
#include <vector>

#include "base/mutex.h"
#include "base/time.h"
#include "model/usage.h"

namespace firn {

/// Counts what a warehouse that only Firn uses is charged for, by the second: from the first statement until it is
/// suspended again, a minute at least for each resume ("Understanding compute cost" in the Snowflake documentation).
/// Statements of all repeaters that come while it is awake share one run, in whatever order their ends are told of. A
/// warehouse counts as asleep when the process starts. Threads: any.
class WarehouseMeter {
 public:
  struct Span {
    Timestamp begin;
    Timestamp end;
  };
  static constexpr Duration kShortestRun = std::chrono::seconds(60);
  /// AUTO_SUSPEND as `firn setup snowflake` sets it.
  static constexpr Duration kAutoSuspend = std::chrono::seconds(60);
  /// Runs that ended so long before the last one are forgotten: no statement lasts so long.
  static constexpr Duration kMemory = std::chrono::hours(6);

  /// `is_dedicated`: it is suspended at the end of each load.
  explicit WarehouseMeter(bool is_dedicated) : is_dedicated_(is_dedicated) {}

  [[nodiscard]] bool is_dedicated() const { return is_dedicated_; }

  /// What a statement costs more than was counted before it. Each statement is told once.
  std::vector<UsageAmount> add(const Span& span) FIRN_EXCLUDES(mutex_);

 private:
  struct Run {
    Timestamp begin;
    Timestamp awake_until;    ///< when it is suspended
    Timestamp charged_until;  ///< later than that in the first minute
  };

  const bool is_dedicated_;
  Mutex mutex_;
  std::vector<Run> runs_ FIRN_GUARDED_BY(mutex_);  // none is awake while another one is
};

}  // namespace firn
