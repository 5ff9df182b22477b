#pragma once

#include <optional>
#include <string>

namespace firn {

/// The value of an environment variable of this process; nothing when it is not set. Nobody ever changes the
/// environment, so that any thread may ask.
std::optional<std::string> environment_variable(const std::string& name);

}  // namespace firn
