#include "intake/auth/token_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii_text.h"
#include "base/url.h"
#include "intake/auth/auth_header.h"

namespace firn {
namespace {

constexpr TokenError kMalformed{400, "invalid_request",
                                "the form is malformed, or a part of it is missing or repeated"};
constexpr TokenError kNoForm{400, "invalid_request", "send application/x-www-form-urlencoded"};
constexpr TokenError kNoClient{401, "invalid_client", "client id and secret are needed"};
constexpr TokenError kTwoWays{400, "invalid_request",
                              "send the client secret in the header or in the body, not in both"};
constexpr TokenError kOtherGrant{400, "unsupported_grant_type", "use client_credentials or password"};

constexpr std::size_t kMostParameters = 20;

using Form = UrlQuery;

std::optional<Form> parse_form(std::string_view body) {
  auto target = parse_url_target("/?" + std::string(body));
  if (!target || body.contains('#') || target->query.parameters.size() > kMostParameters) {
    return std::nullopt;
  }
  const auto& parameters = target->query.parameters;
  for (auto it = parameters.begin(); it != parameters.end(); ++it) {
    const auto same = [&](const auto& other) { return other.first == it->first; };
    if (std::any_of(std::next(it), parameters.end(), same)) {
      return std::nullopt;
    }
  }
  return std::move(target->query);
}

bool is_form(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  const std::size_t end = type.find_last_not_of(' ');
  return end != std::string_view::npos &&
         equal_ignoring_case(type.substr(0, end + 1), "application/x-www-form-urlencoded");
}

Proof client_proof(std::string id, std::string secret) {
  return {CredentialType::kOauth2, std::move(id), std::move(secret)};
}

/// The client as it names itself, with its secret in the header or in the form; without a secret it is none.
std::expected<std::optional<Proof>, TokenError> read_client(std::string_view authorization, const Form& form) {
  const std::string id = form.get("client_id");
  const std::string secret = form.get("client_secret");
  if (authorization.empty()) {
    return secret.empty() ? std::nullopt : std::optional(client_proof(id, secret));
  }
  const AuthHeader header = split_auth_header(authorization);
  auto shown = header.is("basic") ? parse_basic(header.rest) : std::nullopt;
  if (!shown) {
    return std::unexpected(kNoClient);
  }
  if (!secret.empty() || (!id.empty() && id != shown->user)) {
    return std::unexpected(kTwoWays);
  }
  return shown->password.empty() ? std::nullopt
                                 : std::optional(client_proof(std::move(shown->user), std::move(shown->password)));
}

}  // namespace

bool is_token_target(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return path == "/api/v1/token" || path == "/api/v1/token/";
}

HttpResponse token_error_answer(const TokenError& error) {
  HttpResponse response;
  response.status = error.status;
  response.body = fmt::format("{{\"error\":\"{}\",\"error_description\":\"{}\"}}\n", error.error, error.description);
  response.headers = {{"Cache-Control", "no-store"}, {"Pragma", "no-cache"}};
  if (error.status == 401) {
    response.headers.emplace_back("WWW-Authenticate", "Basic realm=\"firn\"");
  }
  return response;
}

HttpResponse token_answer(const std::string& token, Duration life) {
  HttpResponse response;
  response.body = fmt::format("{{\"access_token\":\"{}\",\"token_type\":\"Bearer\",\"expires_in\":{}}}\n", token,
                              std::chrono::floor<std::chrono::seconds>(life).count());
  response.headers = {{"Cache-Control", "no-store"}, {"Pragma", "no-cache"}};
  return response;
}

std::expected<TokenRequest, TokenError> parse_token_request(std::string_view content_type,
                                                            std::string_view authorization, std::string_view body) {
  if (!is_form(content_type)) {
    return std::unexpected(kNoForm);
  }
  const auto form = parse_form(body);
  if (!form) {
    return std::unexpected(kMalformed);
  }
  const auto client = read_client(authorization, *form);
  if (!client) {
    return std::unexpected(client.error());
  }
  TokenRequest request{*client, std::nullopt};
  const std::string grant = form->get("grant_type");
  if (grant == "password") {
    const std::string user = form->get("username");
    if (user.empty() || form->get("password").empty()) {
      return std::unexpected(kMalformed);
    }
    request.user = Proof{CredentialType::kBearer, user, form->get("password")};
    return request;
  }
  if (grant != "client_credentials") {
    return std::unexpected(grant.empty() ? kMalformed : kOtherGrant);
  }
  return request.client ? std::expected<TokenRequest, TokenError>(request) : std::unexpected(kNoClient);
}

}  // namespace firn
