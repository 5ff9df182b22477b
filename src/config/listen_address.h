#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firn {

/// Where a server listens.
struct ListenAddress {
  std::string address;  ///< numeric, without brackets
  std::uint16_t port = 0;
  bool loopback = false;  ///< only this machine reaches it
};

/// Reads `127.0.0.1:8641` or `[::1]:8641`. Nothing when the address is not numeric or the port is not from 0 to 65535.
std::optional<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace firn
