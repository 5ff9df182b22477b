#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "pipeline/daemon.h"
#include "pipeline/repeater_line.h"

namespace firn {

/// The repeater of this name. kNotFound, with the words for a person.
Result<RepeaterLine*> find_line(Daemon& daemon, const std::string& repeater);

/// The same, or all of them when the name is empty.
Result<std::vector<RepeaterLine*>> find_lines(Daemon& daemon, const std::string& repeater);

}  // namespace firn
