#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/time.h"
#include "model/usage.h"

namespace firn {

/// Counts what a warehouse that only Firn uses is charged for, by the second: from the first statement until it is
/// suspended again, a minute at least for each resume ("Understanding compute cost" in the Snowflake documentation).
/// Statements of all repeaters that come while it is awake share one run. A warehouse counts as asleep when the process
/// starts. Threads: any.
class WarehouseMeter {
 public:
  struct Span {
    Timestamp begin;
    Timestamp end;
  };
  static constexpr Duration kShortestRun = std::chrono::seconds(60);
  /// AUTO_SUSPEND as `firn setup snowflake` sets it.
  static constexpr Duration kAutoSuspend = std::chrono::seconds(60);

  /// `is_dedicated`: it is suspended at the end of each load.
  explicit WarehouseMeter(bool is_dedicated) : is_dedicated_(is_dedicated) {}

  [[nodiscard]] bool is_dedicated() const { return is_dedicated_; }

  /// Appends what the statement costs more than was counted before it. When the last one is told again, because its
  /// amounts may not have been kept, they are the same again.
  void add(const std::string& statement, const Span& span, std::vector<UsageAmount>& to) FIRN_EXCLUDES(mutex_);

 private:
  struct Run {
    Timestamp awake_until;    ///< when it is suspended
    Timestamp charged_until;  ///< later than that in the first minute
  };

  std::vector<UsageAmount> count(const Span& span) FIRN_REQUIRES(mutex_);

  const bool is_dedicated_;
  Mutex mutex_;
  std::optional<Run> run_ FIRN_GUARDED_BY(mutex_);
  std::string last_ FIRN_GUARDED_BY(mutex_);
  std::vector<UsageAmount> last_used_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
