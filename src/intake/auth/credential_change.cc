#include "intake/auth/credential_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "intake/auth/credential.h"
#include "intake/auth/digest.h"
#include "intake/auth/secret_hash.h"

namespace firn {
namespace {

constexpr std::size_t kMostCredentials = 1000;
// Each wrong password is checked against as many hashes as one user may have.
constexpr std::size_t kMostOfOneUser = 4;
constexpr std::size_t kRandomLetters = 32;
constexpr std::size_t kShortestSecret = 16;
constexpr std::size_t kLongestText = 255;

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool is_visible(char c) { return c > 0x20 && c < 0x7F; }

/// Letters that no form encoding changes (RFC 3986, 2.3).
bool is_unreserved(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return is_alnum(c) || std::string_view("-._~").contains(c); });
}

bool is_header_name(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char c) { return is_alnum(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c); });
}

std::unexpected<Error> refuse(const NewCredential& asked, std::string reason, std::string hint = "") {
  return fail({ErrorKind::kInvalidInput, "add credential", asked.name, std::move(reason), std::move(hint)});
}

Status check_user(const NewCredential& asked) {
  const std::string& user = asked.user;
  if (user.empty() || user.size() > kLongestText || std::ranges::any_of(user, is_control)) {
    return refuse(asked, "the user name is empty, longer than 255 bytes or has control characters");
  }
  switch (asked.type) {
    case CredentialType::kBasic:
      return user.contains(':') ? refuse(asked, "a user name of HTTP Basic cannot contain a colon") : Status();
    case CredentialType::kDigest:
      if (!std::ranges::all_of(user, is_visible) || user.find_first_of("\"\\:") != std::string::npos) {
        return refuse(asked, "a user name of HTTP Digest has visible ASCII letters only, and no \" \\ or :");
      }
      return {};
    case CredentialType::kApiKey:
      return is_header_name(user) ? Status()
                                  : refuse(asked, fmt::format("\"{}\" is not the name of an HTTP header", user));
    case CredentialType::kBearer:
      return {};
    case CredentialType::kOauth2:
      return is_unreserved(user) ? Status() : refuse(asked, "a client id has letters, digits and -._~ only");
  }
  return {};
}

Status check_given_secret(const NewCredential& asked) {
  const std::string& secret = asked.secret;
  if (secret.empty()) {
    return {};
  }
  if (secret.size() < kShortestSecret || secret.size() > kLongestText || std::ranges::any_of(secret, is_control)) {
    return refuse(asked, "the secret is shorter than 16 or longer than 255 bytes, or has control characters",
                  "give none: a random one is made");
  }
  const bool blank_ends = secret.front() == ' ' || secret.back() == ' ';
  if (asked.type == CredentialType::kApiKey &&
      (blank_ends || !std::ranges::all_of(secret, [](char c) { return is_visible(c) || c == ' '; }))) {
    return refuse(asked, "the value of a header has visible ASCII letters only, and no spaces at its ends");
  }
  if (asked.type == CredentialType::kOauth2 && !is_unreserved(secret)) {
    return refuse(asked, "a client secret has letters, digits and -._~ only");
  }
  return {};
}

Status check_room(const StoredCredentials& credentials, const NewCredential& asked) {
  std::size_t same_user = 0;
  for (const StoredCredential& other : credentials) {
    if (other.retired_at) {
      continue;
    }
    if (other.name == asked.name) {
      return fail({ErrorKind::kAlreadyExists, "add credential", asked.name, "there is one of this name",
                   "choose another name, for instance with the month in it; retire the old one once HQ uses the new"});
    }
    same_user += other.type == asked.type && other.user == asked.user && !other.id_in_secret ? 1U : 0U;
  }
  if (same_user >= kMostOfOneUser && (asked.type != CredentialType::kApiKey || !asked.secret.empty())) {
    return refuse(asked, fmt::format("\"{}\" has {} credentials already", asked.user, same_user),
                  "retire those that are not used any more, or choose another user name");
  }
  if (credentials.size() >= kMostCredentials) {
    return refuse(asked, fmt::format("there are {} credentials, the most that are allowed", credentials.size()));
  }
  return {};
}

}  // namespace

Result<std::string> add_credential(StoredCredentials& credentials, const NewCredential& asked, Timestamp now) {
  const auto in_name = [](char c) { return is_alnum(c) || std::string_view("._-").contains(c); };
  if (asked.name.empty() || asked.name.size() > 63 || !std::ranges::all_of(asked.name, in_name)) {
    return refuse(asked, "a name has letters, digits and ._- only, at most 63");
  }
  FIRN_TRY(check_user(asked));
  FIRN_TRY(check_given_secret(asked));
  FIRN_TRY(check_room(credentials, asked));
  StoredCredential added;
  added.id = to_hex(random_bytes(8));
  added.name = asked.name;
  added.type = asked.type;
  added.user = asked.user;
  added.repeaters = asked.repeaters;
  added.created_at = now;
  std::string secret = asked.secret;
  if (secret.empty()) {
    added.id_in_secret = asked.type == CredentialType::kApiKey;
    secret = (added.id_in_secret ? added.id + "." : "") + random_text(kRandomLetters);
  }
  if (asked.type == CredentialType::kDigest) {
    added.digest = digest_secret(asked.user, secret);
  } else {
    FIRN_ASSIGN(added.hash, hash_secret(secret));
  }
  std::erase_if(credentials, [&](const StoredCredential& other) { return other.name == asked.name; });
  credentials.push_back(std::move(added));
  return secret;
}

Status retire_credential(StoredCredentials& credentials, std::string_view name, Timestamp now) {
  const auto found = std::ranges::find(credentials, name, &StoredCredential::name);
  if (found == credentials.end()) {
    return fail({ErrorKind::kNotFound, "retire credential", std::string(name), "there is none of this name",
                 "`firn credential list` shows them; those of firn.toml are removed there"});
  }
  if (found->retired_at) {
    return fail({ErrorKind::kConflict, "retire credential", std::string(name),
                 "it is retired since " + format_iso8601(*found->retired_at), ""});
  }
  found->retired_at = now;
  found->hash.clear();
  found->digest = {};
  return {};
}

}  // namespace firn
