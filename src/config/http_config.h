#pragma once

#include <cstdint>
#include <vector>

#include "platform/ip_address.h"

namespace firn {

/// Who may connect to intake, and how often.
struct HttpConfig {
  std::uint64_t max_connections = 0;
  std::uint64_t max_connections_per_address = 0;  ///< at most max_connections
  std::vector<IpNetwork> trusted_proxies;         ///< their word on the client's address is believed
};

}  // namespace firn
