#pragma once

#include <boost/json/object.hpp>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/usage.h"
#include "pipeline/daemon.h"

namespace firn {

/// What Firn has metered since then beside what Snowflake's own views report, for whole days in UTC of which the views
/// know everything: each pipe of a repeater, and each warehouse, with those that load by it. `used` has all that was
/// metered since `since`. What cannot be asked is among "problems", and the rest is there. Waits for Snowflake and
/// wakes a warehouse of each account, unless there is nothing to compare.
Result<boost::json::object> reconcile_view(Daemon& daemon, Timestamp since, const std::vector<UsageEntry>& used);

}  // namespace firn
