#pragma once

#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "load/snowflake/key_pair_tokens.h"
#include "platform/http_pool.h"

namespace firn {

/// Sends requests to one account, each with a token. A request whose token is refused is sent once more when another
/// token may be let in: what was refused was not done. Threads: any.
class SnowflakeTransport {
 public:
  /// `url` is `https://HOST`; `clock` must outlive the transport.
  SnowflakeTransport(std::string url, SnowflakeLogin login, const Clock& clock, MakeHttpClient make_http);

  /// `call.url` is the path and query. Any answer but a refused login is a reply; a refused login is an error with its
  /// sentence (kPermission, kConfiguration). When the answer may be lost, so may be what it would have said:
  /// kUnavailable.
  Result<HttpReply> send(HttpCall call);

  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  Result<HttpReply> send_once(const HttpCall& call, const KeyPairTokens::Token& token);

  const std::string url_;
  const std::string user_;
  KeyPairTokens tokens_;
  HttpPool http_;
};

}  // namespace firn
