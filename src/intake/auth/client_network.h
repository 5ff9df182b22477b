#pragma once

#include <string>
#include <string_view>

namespace firn {

/// What counts as one address when failures are counted: an IPv4 address, or the first 64 bits of an IPv6 address,
/// since one client there has at least so many. `remote` is an address as inet_ntop writes it; other texts stay as they
/// are.
std::string client_network(std::string_view remote);

}  // namespace firn
