#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "platform/rsa_key.h"

namespace firn {

/// Who logs in, and with what.
struct SnowflakeLogin {
  std::string account;                              ///< as tokens name it, in capital letters
  std::string user;                                 ///< LOGIN_NAME, in capital letters
  std::vector<std::shared_ptr<const RsaKey>> keys;  ///< one, or two while they are rotated
};

/// The tokens that a user logs in to Snowflake with: JSON Web Tokens (RFC 7519) with RS256, made of the key, good for
/// 59 minutes and renewed five minutes earlier ("Using key-pair authentication" in the Snowflake documentation: one
/// hour at most). Learns from refusals: Snowflake's clock, and which of two keys is registered. After four refusals in
/// a row nothing is asked for 20 minutes, since five would lock the user for 15. Threads: any.
class KeyPairTokens {
 public:
  struct Token {
    std::string text;
    std::size_t key = 0;
    Duration skew{};  ///< Snowflake's clock minus ours, as assumed
  };

  /// `clock` must outlive the tokens.
  KeyPairTokens(SnowflakeLogin login, const Clock& clock);

  /// kPermission while nothing is to be asked: with what Snowflake said last.
  Result<Token> get() FIRN_EXCLUDES(mutex_);
  /// A request with this token was let in.
  void accepted(const Token& token) FIRN_EXCLUDES(mutex_);
  /// One was not, for `why`, with this code; `their_time` is Snowflake's clock. True when get() now gives another token
  /// that may be let in.
  bool refused(const Token& token, std::string_view code, std::optional<Timestamp> their_time, const Error& why)
      FIRN_EXCLUDES(mutex_);

 private:
  Result<Token> make() FIRN_REQUIRES(mutex_);
  bool learn_clock(const Token& token, std::optional<Timestamp> their_time) FIRN_REQUIRES(mutex_);
  bool change_key(const Token& token) FIRN_REQUIRES(mutex_);
  bool count_refusal(const Error& why) FIRN_REQUIRES(mutex_);

  const SnowflakeLogin login_;
  const Clock& clock_;
  Mutex mutex_;
  std::size_t key_ FIRN_GUARDED_BY(mutex_) = 0;
  Duration skew_ FIRN_GUARDED_BY(mutex_){};
  std::optional<Token> token_ FIRN_GUARDED_BY(mutex_);
  Duration renew_at_ FIRN_GUARDED_BY(mutex_){};  ///< of the steady clock
  unsigned refusals_ FIRN_GUARDED_BY(mutex_) = 0;
  std::size_t keys_tried_ FIRN_GUARDED_BY(mutex_) = 1;  ///< since one was let in
  Duration silent_until_ FIRN_GUARDED_BY(mutex_){};
  std::optional<Error> last_refusal_ FIRN_GUARDED_BY(mutex_);
};

/// The text of one token, signed. `issued_at` is by Snowflake's clock.
Result<std::string> make_key_pair_token(const SnowflakeLogin& login, const RsaKey& key, Timestamp issued_at);

}  // namespace firn
