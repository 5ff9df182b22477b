#pragma once

#include <string>
#include <string_view>

#include "intake/auth/access_control.h"
#include "intake/auth/token_request.h"
#include "platform/http_server.h"

namespace firn {

/// `POST /api/v1/token`: gives out access tokens (RFC 6749, password grant and client credentials).
class TokenEndpoint {
 public:
  /// Told of each refusal, on any thread: the client's address.
  using OnRefusal = std::function<void(const std::string& remote)>;

  /// `access` must outlive the endpoint, which must outlive the server.
  TokenEndpoint(AccessControl& access, OnRefusal on_refusal) : access_(access), on_refusal_(std::move(on_refusal)) {}

  /// What a request with this target leads to. Threads: the server's.
  HttpDecision head(const HttpHead& head);

 private:
  class Exchange;
  struct Pending {
    TokenRequest request;
    std::string remote;
    HttpAnswer answer;
  };

  void decide(Pending pending);
  void refuse(Pending pending, const Access& access, const TokenError& error);

  AccessControl& access_;
  const OnRefusal on_refusal_;
};

}  // namespace firn
