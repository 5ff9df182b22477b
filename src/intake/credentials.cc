#include "intake/credentials.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "platform/http_server.h"

namespace firn {
namespace {

std::string to_base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = (group << 8U) | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text.push_back(k <= count ? kDigits[(group >> (18 - 6 * k)) & 0x3FU] : '=');
    }
  }
  return text;
}

/// What follows "Basic " (any case, any number of spaces); empty when it is something else.
std::string_view basic_token(std::string_view value) {
  constexpr std::string_view kScheme = "basic";
  if (value.size() <= kScheme.size() || value[kScheme.size()] != ' ') {
    return {};
  }
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    if ((static_cast<unsigned char>(value[i]) | 0x20U) != static_cast<unsigned char>(kScheme[i])) {
      return {};
    }
  }
  const std::size_t start = value.find_first_not_of(' ', kScheme.size());
  return start == std::string_view::npos ? std::string_view() : value.substr(start);
}

}  // namespace

Credentials::Credentials(const std::vector<Credential>& credentials) {
  for (const Credential& credential : credentials) {
    Expected expected{credential.type, credential.username_or_header, credential.secret};
    if (credential.type == Credential::Type::kBasic && !credential.secret.empty()) {
      expected.header = "authorization";
      expected.value = to_base64(credential.username_or_header + ":" + credential.secret);
    }
    expected_.push_back(std::move(expected));
  }
}

bool Credentials::allow(const HttpHead& head) const {
  bool allowed = expected_.empty();
  for (const Expected& expected : expected_) {
    const std::string_view shown = head.header(expected.header);
    const std::string_view given = expected.type == Credential::Type::kBasic ? basic_token(shown) : shown;
    const bool equal = equal_constant_time(given, expected.value);
    const bool usable = !expected.value.empty();
    allowed = allowed | (equal & usable);
  }
  return allowed;
}

}  // namespace firn
