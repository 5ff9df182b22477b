#pragma once

#include <string>
#include <vector>

#include "platform/http_server.h"

namespace firn {

/// What a client shows to be let in.
struct Credential {
  enum class Type { kBasic, kApiKey };

  std::string name;  ///< for people
  Type type = Type::kBasic;
  std::string username_or_header;  ///< the user of HTTP Basic, or the header that carries the key
  std::string secret;              ///< the password, or the header's exact value; an empty one lets nobody in
};

/// The credentials that are valid now: several at a time, so that one can be replaced without a gap. Threads: any.
class Credentials {
 public:
  /// No credentials at all let everybody in: the configuration allows that on loopback only.
  explicit Credentials(const std::vector<Credential>& credentials);

  /// True when the head shows one of them. The time it takes depends on what the client sent and on the number of
  /// credentials, not on their secrets nor on which one fits.
  [[nodiscard]] bool allow(const HttpHead& head) const;

 private:
  struct Expected {
    Credential::Type type;
    std::string header;
    std::string value;  ///< for Basic the base64 text
  };
  std::vector<Expected> expected_;
};

}  // namespace firn
