#pragma once

#include <string>

namespace firn {

/// The commented configuration that `firn init` writes. It is correct as it stands, when a secret file `hq.secret` lies
/// beside it.
std::string example_config();

}  // namespace firn
