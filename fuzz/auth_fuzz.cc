// What proves a client: Authorization fields, requests for tokens, tokens. The first byte chooses: `h` a field's value,
// `t` a request for a token, `k` an access token, `f` the file of credentials.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "fuzz/input.h"
#include "intake/auth/access_token.h"
#include "intake/auth/auth_header.h"
#include "intake/auth/credential_file.h"
#include "intake/auth/digest.h"
#include "intake/auth/token_request.h"

namespace firn {
namespace {

bool is_in(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    out += c == '"' || c == '\\' ? "\\" : "";
    out += c;
  }
  return out + "\"";
}

/// The same credentials, written anew.
std::string written(const DigestCredentials& shown) {
  const bool md5 = shown.algorithm == DigestAlgorithm::kMd5;
  return "username=" + quoted(shown.user) + ", realm=\"firn\", nonce=" + quoted(shown.nonce) +
         ", uri=" + quoted(shown.uri) + ", cnonce=" + quoted(shown.cnonce) + ", nc=" + shown.count_text +
         ", qop=auth, algorithm=" + (md5 ? "MD5" : "SHA-256") + ", response=" + quoted(shown.response);
}

void header(std::string_view value) {
  const AuthHeader split = split_auth_header(value);
  FIRN_CHECK(is_in(split.scheme, value) && is_in(split.rest, value), "a field is split into parts of itself");
  FIRN_CHECK(split.scheme.find(' ') == std::string_view::npos, "a scheme is one word");
  if (const auto basic = parse_basic(split.rest)) {
    FIRN_CHECK(basic->user.find(':') == std::string::npos, "a user name of Basic has no colon");
    FIRN_CHECK(basic->user.size() + basic->password.size() < value.size(), "base64 is longer than what it holds");
  }
  if (const auto parameters = AuthParameters::parse(split.rest)) {
    FIRN_CHECK(parameters->get("no such name").empty() && !parameters->has("no such name"), "it has what was sent");
  }
  if (const auto digest = parse_digest(split.rest)) {
    FIRN_CHECK(!digest->user.empty() && !digest->nonce.empty() && !digest->uri.empty(), "a digest is complete");
    const DigestSecret secret = digest_secret(digest->user, "secret");
    FIRN_CHECK(digest_response(*digest, "POST", secret) != digest_response(*digest, "GET", secret),
               "a response is bound to its method");
    FIRN_CHECK(digest->count > 0 && digest->count_text.size() == 8, "a count has eight digits and is not 0");
    const auto again = parse_digest(written(*digest));
    FIRN_CHECK(again && digest_response(*again, "POST", secret) == digest_response(*digest, "POST", secret),
               "a digest that is written anew says the same");
    static_cast<void>(is_digest_uri_of(digest->uri, "/in/forms"));
  }
}

/// A content type, an Authorization field and a body, with line ends between them.
void token_request(std::string_view input) {
  const std::size_t first = std::min(input.find('\n'), input.size());
  const std::string_view rest = input.substr(std::min(first + 1, input.size()));
  const std::size_t second = std::min(rest.find('\n'), rest.size());
  const auto request = parse_token_request(input.substr(0, first), rest.substr(0, second),
                                           rest.substr(std::min(second + 1, rest.size())));
  if (!request) {
    FIRN_CHECK(request.error().status >= 400 && !request.error().error.empty(), "a refusal says why");
    return;
  }
  FIRN_CHECK(request->client || request->user, "a request for a token shows something");
}

void token(std::string_view text) {
  static const AccessTokens tokens{HashKey{}};
  if (const auto read = tokens.read(text)) {
    const auto again = tokens.read(tokens.make(read->credential_id, read->until));
    FIRN_CHECK(again && again->credential_id == read->credential_id && again->until == read->until,
               "a token that is made anew says the same");
  }
}

void file(std::string_view text) {
  const auto credentials = parse_credentials(text, "credentials");
  if (!credentials) {
    return;
  }
  for (const StoredCredential& credential : *credentials) {
    const bool has_secret = !credential.hash.empty() || !credential.digest.sha256.empty();
    FIRN_CHECK(has_secret || credential.retired_at, "a valid one has a secret");
  }
  const auto again = parse_credentials(format_credentials(*credentials), "credentials");
  FIRN_CHECK(again && again->size() == credentials->size(), "what was read can be written and read again");
}

}  // namespace
}  // namespace firn

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace firn;
  FuzzInput input(data, size);
  switch (input.number(1)) {
    case 't':
      token_request(input.rest());
      break;
    case 'k':
      token(input.rest());
      break;
    case 'f':
      file(input.rest());
      break;
    default:
      header(input.rest());
      break;
  }
  return 0;
}
