#pragma once

#include <string>

#include "config/secret.h"

namespace firn {

/// How a server of somebody else is reached.
struct HttpWay {
  std::string ca_file;  ///< absolute; empty: the system's authorities
  std::string proxy;    ///< `http://host:port`; empty: what the environment says
  std::string proxy_user;
  Secret proxy_password;
};

}  // namespace firn
