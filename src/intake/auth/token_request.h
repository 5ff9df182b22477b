#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "intake/auth/secret_verifier.h"
#include "platform/http_server.h"

namespace firn {

/// True for `/api/v1/token`, with or without a slash at its end.
bool is_token_target(std::string_view target);

/// Why there is no token: the words of RFC 6749, 5.2.
struct TokenError {
  int status = 400;
  std::string_view error;        ///< a literal
  std::string_view description;  ///< a literal
};
HttpResponse token_error_answer(const TokenError& error);
HttpResponse token_answer(const std::string& token, Duration life);

/// What a client must show to get a token. All of it must be right; the last is whose the token is.
struct TokenRequest {
  std::optional<Proof> client;  ///< it says which client it is
  std::optional<Proof> user;    ///< of the password grant
};

/// Reads a request for a token (RFC 6749, 4.3.2 and 4.4.2): the form in the body and the Authorization field.
std::expected<TokenRequest, TokenError> parse_token_request(std::string_view content_type,
                                                            std::string_view authorization, std::string_view body);

}  // namespace firn
