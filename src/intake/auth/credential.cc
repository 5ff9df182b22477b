#include "intake/auth/credential.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace firn {
namespace {

constexpr std::array<std::pair<CredentialType, std::string_view>, 5> kTypes = {{{CredentialType::kBasic, "basic"},
                                                                                {CredentialType::kDigest, "digest"},
                                                                                {CredentialType::kApiKey, "api_key"},
                                                                                {CredentialType::kBearer, "bearer"},
                                                                                {CredentialType::kOauth2, "oauth2"}}};

}  // namespace

std::string_view to_string(CredentialType type) {
  return std::ranges::find(kTypes, type, &std::pair<CredentialType, std::string_view>::first)->second;
}

std::optional<CredentialType> parse_credential_type(std::string_view text) {
  const auto* const found = std::ranges::find(kTypes, text, &std::pair<CredentialType, std::string_view>::second);
  return found == kTypes.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace firn
