#include "load/snowflake/warehouse_meter.h"

#include <algorithm>
#include <cstdint>

namespace firn {

std::vector<UsageAmount> WarehouseMeter::add(const Span& span) {
  const MutexLock lock(mutex_);
  const Timestamp end = std::max(span.begin, span.end);
  const Timestamp asleep = is_dedicated_ ? end : end + kAutoSuspend;
  Run run{span.begin, asleep, std::max(asleep, span.begin + kShortestRun)};
  const auto shares = [&](const Run& other) { return span.begin < other.awake_until && other.begin < asleep; };
  Duration counted{};
  bool is_awake = false;
  for (const Run& other : runs_) {
    if (shares(other)) {
      is_awake = true;
      counted += other.charged_until - other.begin;
      run.begin = std::min(run.begin, other.begin);
      run.awake_until = std::max(run.awake_until, other.awake_until);
    }
  }
  if (is_awake) {
    run.charged_until = std::max(run.awake_until, run.begin + kShortestRun);
  }
  std::erase_if(runs_, [&](const Run& other) { return shares(other) || other.charged_until < asleep - kMemory; });
  runs_.push_back(run);
  // Two runs that were one after all may have been charged more than it.
  const Duration charged = std::max(Duration(0), run.charged_until - run.begin - counted);
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(charged).count();
  std::vector<UsageAmount> used{{UsageItem::kWarehouseMilliseconds, static_cast<std::uint64_t>(milliseconds)}};
  if (!is_awake) {
    used.push_back({UsageItem::kWarehouseResumes, 1});
  }
  return used;
}

}  // namespace firn
