#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "intake/auth/credential.h"

namespace firn {

inline constexpr std::string_view kAuthRealm = "firn";

enum class DigestAlgorithm { kMd5, kSha256 };

/// `H(text)` in hexadecimal.
std::string digest_hex(DigestAlgorithm algorithm, std::string_view text);

/// What the credentials file keeps of a user.
DigestSecret digest_secret(std::string_view user, std::string_view secret);

/// What a client sends in the header of HTTP Digest (RFC 7616, 3.4).
struct DigestCredentials {
  std::string user;
  std::string nonce;
  std::string uri;
  std::string cnonce;
  std::string count_text;  ///< `nc` as sent
  unsigned count = 0;
  DigestAlgorithm algorithm = DigestAlgorithm::kMd5;
  std::string response;
};

/// Takes what follows `Digest `. Nothing when a part is missing or has a wrong form, the realm is not ours, or it asks
/// for what is not offered: `qop` other than `auth`, algorithms other than MD5 and SHA-256, hashed user names.
std::optional<DigestCredentials> parse_digest(std::string_view parameters);

/// The response that `secret` makes of it for a request with this method.
std::string digest_response(const DigestCredentials& shown, std::string_view method, const DigestSecret& secret);

/// True when the `uri` that was hashed is the request's target, or its absolute form.
bool is_digest_uri_of(std::string_view uri, std::string_view target);

}  // namespace firn
