#include "load/snowflake/snowflake_transport.h"

#include <utility>

#include "load/snowflake/snowflake_error.h"
#include "platform/http_message.h"

namespace firn {

SnowflakeTransport::SnowflakeTransport(std::string url, SnowflakeLogin login, const Clock& clock,
                                       MakeHttpClient make_http)
    : url_(std::move(url)), user_(login.user), tokens_(std::move(login), clock), http_(std::move(make_http)) {}

Result<HttpReply> SnowflakeTransport::send_once(const HttpCall& call, const KeyPairTokens::Token& token) {
  HttpCall with_token = call;
  with_token.url = url_ + call.url;
  with_token.headers.emplace_back("Authorization", "Bearer " + token.text);
  with_token.headers.emplace_back("X-Snowflake-Authorization-Token-Type", "KEYPAIR_JWT");
  with_token.headers.emplace_back("Accept", "application/json");
  with_token.takes_gzip = true;
  return http_.call(with_token);
}

Result<HttpReply> SnowflakeTransport::send(HttpCall call) {
  constexpr int kMostTries = 3;  // the clock, then the other key, may each have to be learnt
  for (int tries = 1;; ++tries) {
    FIRN_ASSIGN(const auto token, tokens_.get());
    FIRN_ASSIGN(HttpReply reply, send_once(call, token));
    const SnowflakeRefusal refusal = reply.status < 400 ? SnowflakeRefusal() : read_refusal(reply);
    if (reply.status < 400 || !is_login_refusal(refusal)) {
      if (reply.status < 400 || reply.status == 404 || reply.status == 408 || reply.status == 422) {
        tokens_.accepted(token);  // the others may be no answer of Snowflake's own
      }
      return reply;
    }
    Error error = snowflake_error(refusal, "log in to Snowflake as", user_);
    const bool again = tokens_.refused(token, refusal.code, parse_http_date(reply.header("date")), error);
    if (!again || tries == kMostTries) {
      return fail(std::move(error));
    }
  }
}

}  // namespace firn
