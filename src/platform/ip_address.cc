#include "platform/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace firn {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned kMappedBits = 96;

std::uint8_t mask_of(unsigned bits, std::size_t byte) {
  const unsigned before = static_cast<unsigned>(byte) * 8;
  const unsigned inside = bits <= before ? 0 : std::min(bits - before, 8U);
  return static_cast<std::uint8_t>(0xFF00U >> inside);
}

}  // namespace

bool IpAddress::is_v4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes.begin()); }

std::string IpAddress::str() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes.data() + kMapped.size(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  }
  return text.data();
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  const std::string copy(text);
  IpAddress address;
  if (copy.size() != std::char_traits<char>::length(copy.c_str())) {
    return std::nullopt;
  }
  if (inet_pton(AF_INET6, copy.c_str(), address.bytes.data()) == 1) {
    return address;
  }
  std::ranges::copy(kMapped, address.bytes.begin());
  const bool valid = inet_pton(AF_INET, copy.c_str(), address.bytes.data() + kMapped.size()) == 1;
  return valid ? std::optional(address) : std::nullopt;
}

bool IpNetwork::contains(const IpAddress& other) const {
  for (std::size_t i = 0; i < address.bytes.size(); ++i) {
    if (((address.bytes[i] ^ other.bytes[i]) & mask_of(bits, i)) != 0) {
      return false;
    }
  }
  return true;
}

bool IpNetwork::is_loopback() const {
  static const IpNetwork v4 = *parse_ip_network("127.0.0.0/8");
  static const IpNetwork v6 = *parse_ip_network("::1");
  return (bits >= v4.bits && v4.contains(address)) || (bits == v6.bits && v6.contains(address));
}

std::optional<IpNetwork> parse_ip_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_ip_address(text.substr(0, slash));
  if (!address) {
    return std::nullopt;
  }
  IpNetwork network{*address, 128};
  if (slash == std::string_view::npos) {
    return network;
  }
  const std::string_view digits = text.substr(slash + 1);
  const unsigned offset = text.contains(':') ? 0 : kMappedBits;
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc() || end != digits.data() + digits.size() || bits > 128 - offset) {
    return std::nullopt;
  }
  network.bits = bits + offset;
  for (std::size_t i = 0; i < address->bytes.size(); ++i) {
    if ((address->bytes[i] & ~mask_of(network.bits, i) & 0xFF) != 0) {
      return std::nullopt;
    }
  }
  return network;
}

bool is_loopback_host(std::string_view host) {
  const auto network = parse_ip_network(host);
  return host == "localhost" || host.ends_with(".localhost") ||
         (network && !host.contains('/') && network->is_loopback());
}

}  // namespace firn
