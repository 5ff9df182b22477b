#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/names.h"

namespace firn {

/// The ways in which a client may show who it is.
enum class CredentialType {
  kBasic,   ///< HTTP Basic
  kDigest,  ///< HTTP Digest
  kApiKey,  ///< a header whose value is the secret
  kBearer,  ///< a token, got with user name and password (RFC 6749, 4.3)
  kOauth2,  ///< a token, got with client id and client secret (RFC 6749, 4.4)
};

/// As in files and on the command line: `basic`, `digest`, `api_key`, `bearer`, `oauth2`.
std::string_view to_string(CredentialType type);
std::optional<CredentialType> parse_credential_type(std::string_view text);

/// What HTTP Digest keeps instead of a hash: `H(user:realm:secret)` in hexadecimal (RFC 7616, 3.4.2). It is as good as
/// the secret to whoever can read it.
struct DigestSecret {
  std::string md5;
  std::string sha256;
  bool operator==(const DigestSecret&) const = default;
};

/// A credential of firn.toml, with its secret in plain. An empty secret lets nobody in.
struct PlainCredential {
  std::string name;  ///< for people
  CredentialType type = CredentialType::kBasic;
  std::string user;  ///< the user name; of kApiKey the header
  std::string secret;
  std::vector<RepeaterName> repeaters;  ///< that it is good for; empty: all
};

/// An entry of the credentials file.
struct StoredCredential {
  std::string id;    ///< 16 hexadecimal digits, never used twice: tokens name it
  std::string name;  ///< for people
  CredentialType type = CredentialType::kBasic;
  std::string user;                     ///< the user name; of kApiKey the header; of kOauth2 the client id
  std::vector<RepeaterName> repeaters;  ///< that it is good for; empty: all
  Timestamp created_at;
  std::optional<Timestamp> retired_at;  ///< a retired one lets nobody in and has no secret any more
  std::string hash;                     ///< of the secret; empty for kDigest
  bool id_in_secret = false;            ///< kApiKey: the secret begins with the id and a dot, so it is found at once
  DigestSecret digest;                  ///< of kDigest only
  bool operator==(const StoredCredential&) const = default;
};

}  // namespace firn
