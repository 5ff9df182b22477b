#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/result.h"
#include "pipeline/daemon.h"

namespace firn {

struct CostsWish {
  std::string since;       ///< `2026`, `2026-11` or `2026-11-26`; empty: this month
  std::string by;          ///< "repeater", also when empty, or "period": by month
  bool reconcile = false;  ///< asks Snowflake, which wakes a warehouse
};

/// `firn costs`: what loading has used and cost, and what other ways would have cost, by the prices of firn.toml.
/// `reconcile` adds what Snowflake's own views report (reconcile_view.h). kInvalidInput: the wish has another form.
Result<boost::json::object> costs_view(Daemon& daemon, const CostsWish& wish);

}  // namespace firn
