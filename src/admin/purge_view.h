#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/result.h"
#include "pipeline/daemon.h"

namespace firn {

/// `firn purge --dry-run`: of one repeater (of all when it is empty) each file that lies on the stage or on the disk,
/// when it goes, and why then. kNotFound: there is no such repeater.
Result<boost::json::object> purge_view(Daemon& daemon, const std::string& repeater);

}  // namespace firn
