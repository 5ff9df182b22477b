#include "intake/auth/client_network.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace firn {
namespace {

constexpr std::size_t kGroups = 8;
constexpr std::size_t kNetworkGroups = 4;

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> groups;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    groups.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return groups;
}

}  // namespace

std::string client_network(std::string_view remote) {
  if (!remote.contains(':') || remote.contains('.')) {
    return std::string(remote);
  }
  const std::size_t gap = std::min(remote.find("::"), remote.size());
  std::vector<std::string_view> groups = split(remote.substr(0, gap));
  const std::vector<std::string_view> after = split(remote.substr(std::min(gap + 2, remote.size())));
  groups.resize(std::max(groups.size() + after.size(), kGroups) - after.size(), "0");
  groups.insert(groups.end(), after.begin(), after.end());
  std::string network;
  for (std::size_t i = 0; i < kNetworkGroups; ++i) {
    network.append(groups[i]).append(":");
  }
  return network + ":/64";
}

}  // namespace firn
