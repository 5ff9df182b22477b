#pragma once

#include <vector>

#include "model/filter.h"

namespace firn {

/// Which documents of a repeater are dropped at the door: `[repeater.NAME.filter]`.
struct FilterConfig {
  std::vector<FilterRule> rules;  ///< in the order in which they are asked; each fits the repeater's kind
};

}  // namespace firn
