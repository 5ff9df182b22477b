#include "platform/client_address.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii_text.h"
#include "platform/http_server.h"
#include "platform/ip_address.h"

namespace firn {
namespace {

constexpr std::size_t kGroupBytes = 8;  // 64 bits: what one customer has of IPv6

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? "" : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_trusted(const IpAddress& address, const std::vector<IpNetwork>& trusted) {
  return std::ranges::any_of(trusted, [&](const IpNetwork& network) { return network.contains(address); });
}

/// `1.2.3.4`, `1.2.3.4:80`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:80`, in quotes or not.
std::optional<IpAddress> hop_address(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  if (text.starts_with('[')) {
    return parse_ip_address(text.substr(1, text.find(']') - 1));
  }
  const bool has_port = std::ranges::count(text, ':') == 1;
  return parse_ip_address(has_port ? text.substr(0, text.find(':')) : text);
}

/// The value of `for` in an element of Forwarded; empty when it has none.
std::string_view forwarded_for(std::string_view element) {
  for (const auto part : std::views::split(element, ';')) {
    const std::string_view pair = trimmed(std::string_view(part.begin(), part.end()));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && equal_ignoring_case(pair.substr(0, equals), "for")) {
      return pair.substr(equals + 1);
    }
  }
  return {};
}

// Commas in quotes separate too: otherwise a client's open quote would swallow the hop that the proxy appends.
std::vector<std::string_view> elements_of(std::span<const HttpField> fields, std::string_view name) {
  std::vector<std::string_view> elements;
  for (const HttpField& field : fields) {
    if (!equal_ignoring_case(field.name, name)) {
      continue;
    }
    for (const auto part : std::views::split(field.value, ',')) {
      elements.push_back(trimmed(std::string_view(part.begin(), part.end())));
    }
  }
  return elements;
}

std::vector<std::string_view> hops_of(std::span<const HttpField> fields) {
  std::vector<std::string_view> hops = elements_of(fields, "X-Forwarded-For");
  if (hops.empty()) {
    hops = elements_of(fields, "Forwarded");
    std::ranges::transform(hops, hops.begin(), forwarded_for);
  }
  return hops;
}

}  // namespace

std::string client_address(const std::string& peer, std::span<const HttpField> fields,
                           const std::vector<IpNetwork>& trusted) {
  if (trusted.empty()) {
    return peer;
  }
  auto client = parse_ip_address(peer);
  if (!client || !is_trusted(*client, trusted)) {
    return peer;
  }
  const std::vector<std::string_view> hops = hops_of(fields);
  for (const std::string_view hop : std::views::reverse(hops)) {
    const auto address = hop_address(hop);
    if (!address) {
      break;
    }
    client = address;
    if (!is_trusted(*address, trusted)) {
      break;
    }
  }
  return client->str();
}

std::string limited_peer(const std::string& peer, const std::vector<IpNetwork>& trusted) {
  const auto address = parse_ip_address(peer);
  if (!address || is_trusted(*address, trusted)) {
    return {};
  }
  if (address->is_v4()) {
    return address->str();
  }
  IpAddress group;
  std::copy_n(address->bytes.begin(), kGroupBytes, group.bytes.begin());
  return group.str();
}

}  // namespace firn
