#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firn {

/// An address of IPv6, or of IPv4 in its mapped form (`::ffff:a.b.c.d`), so that both ways to write it are equal.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  bool operator==(const IpAddress&) const = default;
  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] std::string str() const;
};

/// Reads a numeric address without brackets, port or zone.
std::optional<IpAddress> parse_ip_address(std::string_view text);

/// A network, or one address.
struct IpNetwork {
  IpAddress address;
  unsigned bits = 128;  ///< of the mapped form

  [[nodiscard]] bool contains(const IpAddress& other) const;
  /// All of it is this machine itself.
  [[nodiscard]] bool is_loopback() const;
};

/// Reads `10.0.0.0/8`, `fd00::/8` or an address. Nothing when that is not numeric, or has bits outside its mask.
std::optional<IpNetwork> parse_ip_network(std::string_view text);

/// True for a numeric loopback address and for `localhost` and names below it, which always mean this machine
/// (RFC 6761, 6.3).
bool is_loopback_host(std::string_view host);

}  // namespace firn
