#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/listen_address.h"
#include "config/secret.h"
#include "platform/ip_address.h"
#include "platform/tls.h"

namespace firn {

struct TlsConfig {
  std::string certificate_file;  ///< absolute
  std::string private_key_file;  ///< absolute
  Secret passphrase;             ///< of the private key; empty when it has none
  TlsCertificate certificate;    ///< what the file held, if LoadOptions::fit_to_serve

  [[nodiscard]] TlsFiles files() const { return {certificate_file, private_key_file, passphrase.reveal()}; }
};

/// Where intake can be reached.
struct ListenerConfig {
  ListenAddress where;
  std::optional<TlsConfig> tls;  ///< nothing: plain HTTP
  std::string key;               ///< of the setting that names the address, for messages

  /// `https://192.0.2.1:8443`, with `port` when it is not 0.
  [[nodiscard]] std::string url(std::uint16_t port = 0) const;
};

/// Who may connect to intake, and how often.
struct HttpConfig {
  std::uint64_t max_connections = 0;
  std::uint64_t max_connections_per_address = 0;  ///< at most max_connections
  std::vector<IpNetwork> trusted_proxies;         ///< their word on the client's address is believed
};

}  // namespace firn
