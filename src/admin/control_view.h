#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/result.h"
#include "pipeline/daemon.h"

namespace firn {

/// Which steps of which repeaters a person means.
struct ControlWish {
  std::string repeater;  ///< empty: all
  std::string step;      ///< empty: all
};

/// `firn pause` and `firn resume`: the answer names all that is paused or drained then. To resume all steps of a
/// repeater also ends its drain. kNotFound: there is no such repeater. kInvalidInput: no such step.
Result<boost::json::object> pause(Daemon& daemon, const ControlWish& wish);
Result<boost::json::object> resume(Daemon& daemon, const ControlWish& wish);

/// `firn drain`: begins to drain the repeater, and tells what is left. kNotFound.
Result<boost::json::object> drain(Daemon& daemon, const std::string& repeater);
/// What is left of it, and whether it is being drained still. kNotFound.
Result<boost::json::object> drain_view(Daemon& daemon, const std::string& repeater);

}  // namespace firn
