#pragma once

#include <string>

namespace firn {

/// The commented configuration that `firn init` writes. It is correct as it stands.
std::string example_config();

}  // namespace firn
