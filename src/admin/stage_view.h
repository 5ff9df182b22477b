#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/result.h"
#include "pipeline/daemon.h"

namespace firn {

struct StageWish {
  std::string repeater;  ///< whose chunks
  std::string after;     ///< only keys behind this one
};

/// What lies on the repeater's stage under its name: the first objects, a thousand at most, with `more` when there are
/// others. Each has what the catalog knows of it (`state`), or what its own metadata says (`state` is null: the catalog
/// does not know it). kNotFound: no such repeater; kInvalidInput: it has no stage.
Result<boost::json::object> stage_list(Daemon& daemon, const StageWish& wish);

}  // namespace firn
