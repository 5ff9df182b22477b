#include "load/trigger_policy.h"

#include <algorithm>
#include <optional>

namespace firn {

TriggerTimes trigger_times(const TriggerPolicy& policy, const TriggerFacts& facts) {
  TriggerTimes times;
  if (!facts.oldest) {
    return times;
  }
  const Timestamp waits_since = std::min(*facts.oldest, facts.now - facts.waited);
  if (policy.max_age > Duration::zero()) {
    times.max_age = waits_since + policy.max_age;
  }
  if (policy.schedule) {
    times.schedule = policy.schedule(std::max(facts.since, waits_since));
  }
  return times;
}

std::optional<TriggerCause> decide_trigger(const TriggerPolicy& policy, const TriggerFacts& facts) {
  if (policy.threshold_bytes > 0 && facts.uningested_bytes >= policy.threshold_bytes) {
    return TriggerCause::kThreshold;
  }
  if (facts.requested) {
    return TriggerCause::kOperator;
  }
  if (facts.draining && facts.oldest) {
    return TriggerCause::kDrain;
  }
  const TriggerTimes times = trigger_times(policy, facts);
  if (times.schedule && *times.schedule <= facts.now) {
    return TriggerCause::kSchedule;
  }
  if (times.max_age && *times.max_age <= facts.now) {
    return TriggerCause::kMaxAge;
  }
  return std::nullopt;
}

}  // namespace firn
