#pragma once

#include <cstdint>
#include <string>

namespace firn {

/// Where machines that watch the daemon ask it.
struct MonitorConfig {
  bool enabled = false;
  std::string address;         ///< a numeric IP address, without brackets
  std::uint16_t port = 0;      ///< 0: any free one
  bool loopback = true;        ///< `address` is reachable from this machine only
  bool allow_network = false;  ///< other machines may reach it
};

/// For people who look for a mistake in the program.
struct DebugConfig {
  bool core_dumps = false;  ///< a crash may leave a file with everything that was in memory
};

}  // namespace firn
