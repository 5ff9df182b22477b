#include "load/trigger_policy.h"

#include <optional>

namespace firn {

std::optional<TriggerCause> decide_trigger(const TriggerPolicy& policy, const TriggerFacts& facts) {
  if (facts.requested) {
    return TriggerCause::kOperator;
  }
  if (policy.threshold_bytes > 0 && facts.uningested_bytes >= policy.threshold_bytes) {
    return TriggerCause::kThreshold;
  }
  return std::nullopt;
}

}  // namespace firn
