#pragma once

#include <boost/json/object.hpp>

#include "base/result.h"
#include "pipeline/daemon.h"

namespace firn {

/// What `firn status` shows: the daemon, the disk, each repeater with its steps, and the alarms.
Result<boost::json::object> status_view(Daemon& daemon);

}  // namespace firn
