#include "load/snowflake/warehouse_meter.h"

#include <algorithm>
#include <cstdint>

namespace firn {

void WarehouseMeter::add(const std::string& statement, const Span& span, std::vector<UsageAmount>& to) {
  const MutexLock lock(mutex_);
  if (last_ != statement) {
    last_used_ = count(span);
    last_ = statement;
  }
  to.insert(to.end(), last_used_.begin(), last_used_.end());
}

std::vector<UsageAmount> WarehouseMeter::count(const Span& span) {
  const Timestamp end = std::max(span.begin, span.end);
  const Timestamp asleep = is_dedicated_ ? end : end + kAutoSuspend;
  const bool is_awake = run_ && span.begin < run_->awake_until;
  const Timestamp from = is_awake ? run_->charged_until : span.begin;
  const Timestamp least = is_awake ? run_->charged_until : span.begin + kShortestRun;
  const Timestamp until = std::max(least, asleep);
  run_ = {is_awake ? std::max(run_->awake_until, asleep) : asleep, until};
  const auto charged = std::chrono::duration_cast<std::chrono::milliseconds>(until - from).count();
  std::vector<UsageAmount> used{{UsageItem::kWarehouseMilliseconds, static_cast<std::uint64_t>(charged)}};
  if (!is_awake) {
    used.push_back({UsageItem::kWarehouseResumes, 1});
  }
  return used;
}

}  // namespace firn
