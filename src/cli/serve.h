#pragma once

#include <string>

#include "config/config.h"

namespace firn {

struct ServeOptions {
  std::string port_file;  ///< when not empty: intake's port is written there once it listens
};

/// Runs the daemon until SIGTERM or SIGINT. Returns the exit code: 0 after an orderly end.
int serve(const Config& config, const ServeOptions& options);

}  // namespace firn
