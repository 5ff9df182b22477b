#pragma once

#include <string>

#include "config/config.h"

namespace firn {

struct ServeOptions {
  std::string port_file;          ///< when not empty: intake's port is written there once it listens
  std::string monitor_port_file;  ///< the same of the monitor
  std::string notify_socket;      ///< $NOTIFY_SOCKET of the service manager, or empty
  std::string watchdog_usec;      ///< $WATCHDOG_USEC
  std::string watchdog_pid;       ///< $WATCHDOG_PID
};

/// Runs the daemon until SIGTERM or SIGINT. Returns the exit code: 0 after an orderly end.
int serve(const Config& config, const ServeOptions& options);

}  // namespace firn
