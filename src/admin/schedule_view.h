#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/result.h"
#include "pipeline/daemon.h"

namespace firn {

/// `firn schedule`: of each repeater that makes rows (or of one) what its triggers wait for and when they fire next.
/// kNotFound: there is no such repeater.
Result<boost::json::object> schedule_view(Daemon& daemon, const std::string& repeater);

}  // namespace firn
