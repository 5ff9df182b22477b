#pragma once

#include <cstdint>
#include <optional>

#include "model/batch.h"

namespace firn {

/// When a repeater's open batch is to be closed.
struct TriggerPolicy {
  std::uint64_t threshold_bytes = 0;  ///< uncompressed bytes in the open batch; 0: never for this reason
};

/// What the decision is made from.
struct TriggerFacts {
  std::uint64_t uningested_bytes = 0;  ///< uncompressed, in the open batch
  bool requested = false;              ///< an operator asked
};

/// The cause to close the open batch now; nothing while it stays open. An operator's word goes first.
std::optional<TriggerCause> decide_trigger(const TriggerPolicy& policy, const TriggerFacts& facts);

}  // namespace firn
