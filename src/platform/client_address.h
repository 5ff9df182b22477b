#pragma once

#include <span>
#include <string>
#include <vector>

#include "platform/http_server.h"
#include "platform/ip_address.h"

namespace firn {

/// The client of a request that came from `peer`: `peer` itself, unless that is a trusted proxy. Then it is the
/// right-most hop of X-Forwarded-For, or without such a field of Forwarded (RFC 7239), that is not a trusted proxy.
/// What stands left of it anybody may have written. A hop that is no address ends the way: the proxy that named it
/// counts as the client.
std::string client_address(const std::string& peer, std::span<const HttpField> fields,
                           const std::vector<IpNetwork>& trusted);

/// Whose connections are limited together with this one's: an IPv4 address or an IPv6 network of 64 bits. Empty for a
/// Unix socket and for a trusted proxy.
std::string limited_peer(const std::string& peer, const std::vector<IpNetwork>& trusted);

}  // namespace firn
