#pragma once

#include <string>
#include <vector>

#include "config/secret.h"
#include "model/names.h"

namespace firn {

/// One way in which a caller of intake may identify itself: a section [[intake.credential]].
struct CredentialConfig {
  enum class Type { kBasic, kDigest, kApiKey };
  std::string name;  ///< for logs and alarms
  Type type = Type::kBasic;
  std::string username;  ///< of kBasic and kDigest
  std::string header;    ///< of kApiKey: the name of the header that carries the secret
  Secret secret;
  std::vector<RepeaterName> repeaters;  ///< that it is good for; empty: all
};

}  // namespace firn
