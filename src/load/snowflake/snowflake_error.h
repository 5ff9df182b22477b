#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/http_client.h"

namespace firn {

/// What Snowflake says when something is no success.
struct SnowflakeRefusal {
  int status = 0;       ///< of HTTP
  std::string code;     ///< six digits; empty when the body has none
  std::string message;  ///< Snowflake's words; empty likewise
};

/// Reads the body as far as it is what Snowflake writes; one that is not, like a proxy's page, gives no code.
SnowflakeRefusal read_refusal(const HttpReply& reply);
/// The same of a body that has been parsed.
SnowflakeRefusal refusal_in(int status, const boost::json::value& answer);

/// What a refusal means: each code that a person can do something about has its own sentence and what mends it. Passing
/// failures are kUnavailable or kBusy; what a person must change is kPermission or kConfiguration. Codes and statuses:
/// docs/formats/snowflake_api.md. Snowflake's own text is shown, cut after 300 bytes.
Error snowflake_error(const SnowflakeRefusal& refusal, const std::string& operation, const std::string& object);

/// True when snowflake_error() has told of an object that the role may not see, or of a privilege that it lacks.
bool is_missing_grant(const Error& error);

/// An error's words without the value that was found, from its first quote to its last: no payload leaves Snowflake in
/// a message.
std::string without_values(std::string_view message);

/// True for codes that say that the login failed, whatever was asked.
bool is_login_refusal(const SnowflakeRefusal& refusal);

}  // namespace firn
