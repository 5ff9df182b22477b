#include "intake/auth/token_endpoint.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "platform/http_message.h"

namespace firn {
namespace {

constexpr std::size_t kLargestForm = 16U << 10U;
constexpr TokenError kTooLarge{400, "invalid_request", "the form is too large"};
constexpr TokenError kWrongMethod{405, "invalid_request", "use POST"};
constexpr TokenError kWrongClient{401, "invalid_client", "client id or secret is wrong"};
constexpr TokenError kWrongUser{400, "invalid_grant", "user name or password is wrong"};

HttpResponse busy_answer() {
  HttpResponse response =
      token_error_answer({503, "temporarily_unavailable", "too many requests at a time; try again"});
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

}  // namespace

class TokenEndpoint::Exchange final : public HttpExchange {
 public:
  Exchange(TokenEndpoint& endpoint, const HttpHead& head)
      : endpoint_(endpoint),
        content_type_(head.header("content-type")),
        authorization_(head.header("authorization")),
        remote_(head.remote) {}

  std::optional<HttpResponse> grow(std::size_t size) override {
    return size > kLargestForm ? std::optional(token_error_answer(kTooLarge)) : std::nullopt;
  }

  void body(std::string body, HttpAnswer answer) override {
    auto request = parse_token_request(content_type_, authorization_, body);
    if (!request) {
      answer(token_error_answer(request.error()));
      return;
    }
    endpoint_.decide({std::move(*request), std::move(remote_), std::move(answer)});
  }

 private:
  TokenEndpoint& endpoint_;
  std::string content_type_;
  std::string authorization_;
  std::string remote_;
};

HttpDecision TokenEndpoint::head(const HttpHead& head) {
  HttpDecision decision;
  if (head.content_length.value_or(0) > kLargestForm) {
    decision.response = token_error_answer(kTooLarge);
  } else if (head.method == "POST") {
    decision.exchange = std::make_unique<Exchange>(*this, head);
  } else {
    decision.response = token_error_answer(kWrongMethod);
    decision.response.headers.emplace_back("Allow", "POST");
  }
  return decision;
}

/// Runs again, on the lane's thread, after each slow question.
void TokenEndpoint::decide(Pending pending) {
  std::string owner;
  for (const auto* proof : {&pending.request.client, &pending.request.user}) {
    if (!*proof) {
      continue;
    }
    Access access = access_.check(**proof, pending.remote, owner);
    if (access.state == Access::State::kSlow) {
      access_.resolve(std::move(access), [this, pending = std::move(pending)](bool known) mutable {
        if (known) {
          decide(std::move(pending));
        } else {
          pending.answer(busy_answer());
        }
      });
      return;
    }
    if (access.state != Access::State::kGranted) {
      refuse(std::move(pending), access, proof == &pending.request.client ? kWrongClient : kWrongUser);
      return;
    }
  }
  pending.answer(token_answer(access_.make_token(owner), access_.token_life()));
}

void TokenEndpoint::refuse(Pending pending, const Access& access, const TokenError& error) {
  on_refusal_(pending.remote);
  const Duration delay = access_.penalty(access);
  auto answer = std::make_shared<HttpAnswer>(std::move(pending.answer));
  const bool waits =
      delay > Duration(0) && access_.call_later(delay, [answer, error] { (*answer)(token_error_answer(error)); });
  if (!waits) {
    (*answer)(token_error_answer(error));
  }
}

}  // namespace firn
