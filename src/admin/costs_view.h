#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/result.h"
#include "pipeline/daemon.h"

namespace firn {

struct CostsWish {
  std::string since;  ///< `2026`, `2026-11` or `2026-11-26`; empty: this month
  std::string by;     ///< "repeater", also when empty, or "period": by month
};

/// `firn costs`: what loading has used and cost, and what other ways would have cost, by the prices of firn.toml.
/// kInvalidInput: the wish has another form.
Result<boost::json::object> costs_view(Daemon& daemon, const CostsWish& wish);

}  // namespace firn
