#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "intake/auth/secret_hash.h"
#include "platform/file_system.h"

namespace firn {

/// What a token says.
struct AccessToken {
  std::string credential_id;
  Timestamp until;  ///< it is good before that
};

/// Makes and reads access tokens. A token carries the credential's id and its own end, signed with a key that lies in a
/// file: it needs no memory here and outlives a restart. Threads: any.
class AccessTokens {
 public:
  explicit AccessTokens(HashKey key) : key_(key) {}

  /// With the key in the file `path`; makes it, mode 0600 and durable, when it is missing. kPermission: others can read
  /// it; kDamaged: it is not a key.
  static Result<AccessTokens> open(FileSystem& files, const std::string& path);

  /// `credential_id`: 16 hexadecimal digits.
  [[nodiscard]] std::string make(std::string_view credential_id, Timestamp until) const;

  /// Nothing when the token is not one of ours. Its time may be over.
  [[nodiscard]] std::optional<AccessToken> read(std::string_view token) const;

 private:
  HashKey key_;
};

}  // namespace firn
