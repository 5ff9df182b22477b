#include "config/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace firn {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(port) : std::nullopt;
}

}  // namespace

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto port = colon == std::string_view::npos ? std::nullopt : parse_port(text.substr(colon + 1));
  if (!port) {
    return std::nullopt;
  }
  std::string host(text.substr(0, colon));
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    const bool loopback = (ntohl(v4.s_addr) >> 24U) == 127U;
    return ListenAddress{host, *port, loopback};
  }
  if (host.size() < 3 || host.front() != '[' || host.back() != ']') {
    return std::nullopt;
  }
  host = host.substr(1, host.size() - 2);
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) != 1) {
    return std::nullopt;
  }
  return ListenAddress{host, *port, IN6_IS_ADDR_LOOPBACK(&v6) != 0};
}

}  // namespace firn
