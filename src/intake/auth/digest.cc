#include "intake/auth/digest.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/ascii_text.h"
#include "base/bytes.h"
#include "base/check.h"
#include "intake/auth/auth_header.h"

namespace firn {
namespace {

constexpr std::size_t kLongestValue = 256;

/// Fetched once: OpenSSL 3 takes locks and memory for each look-up by name.
const EVP_MD* library_algorithm(DigestAlgorithm algorithm) {
  static const EVP_MD* const kMd5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm == DigestAlgorithm::kMd5 ? kMd5 : kSha256;
}

std::optional<DigestAlgorithm> parse_algorithm(std::string_view name) {
  if (name.empty() || equal_ignoring_case(name, "MD5")) {
    return DigestAlgorithm::kMd5;
  }
  return equal_ignoring_case(name, "SHA-256") ? std::optional(DigestAlgorithm::kSha256) : std::nullopt;
}

std::optional<unsigned> parse_count(std::string_view text) {
  unsigned count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count, 16);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && text.size() == 8 && count > 0 ? std::optional(count) : std::nullopt;
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
}

}  // namespace

std::string digest_hex(DigestAlgorithm algorithm, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const int done = EVP_Digest(text.data(), text.size(), digest.data(), &size, library_algorithm(algorithm), nullptr);
  FIRN_CHECK(done == 1, "MD5 and SHA-256 are available");
  return to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

DigestSecret digest_secret(std::string_view user, std::string_view secret) {
  const std::string text = fmt::format("{}:{}:{}", user, kAuthRealm, secret);
  return {digest_hex(DigestAlgorithm::kMd5, text), digest_hex(DigestAlgorithm::kSha256, text)};
}

std::optional<DigestCredentials> parse_digest(std::string_view parameters) {
  const auto given = AuthParameters::parse(parameters);
  if (!given || given->get("realm") != kAuthRealm || given->get("qop") != "auth" || given->has("username*") ||
      equal_ignoring_case(given->get("userhash"), "true")) {
    return std::nullopt;
  }
  const auto algorithm = parse_algorithm(given->get("algorithm"));
  const auto count = parse_count(given->get("nc"));
  for (const std::string_view name : {"username", "nonce", "uri", "cnonce", "response"}) {
    const std::size_t size = given->get(name).size();
    if (size == 0 || (size > kLongestValue && name != "uri")) {
      return std::nullopt;
    }
  }
  const std::string_view response = given->get("response");
  if (!algorithm || !count || !is_hex(response) || response.size() != (*algorithm == DigestAlgorithm::kMd5 ? 32 : 64)) {
    return std::nullopt;
  }
  return DigestCredentials{std::string(given->get("username")),
                           std::string(given->get("nonce")),
                           std::string(given->get("uri")),
                           std::string(given->get("cnonce")),
                           std::string(given->get("nc")),
                           *count,
                           *algorithm,
                           std::string(response)};
}

std::string digest_response(const DigestCredentials& shown, std::string_view method, const DigestSecret& secret) {
  const std::string& of_user = shown.algorithm == DigestAlgorithm::kMd5 ? secret.md5 : secret.sha256;
  const std::string of_request = digest_hex(shown.algorithm, fmt::format("{}:{}", method, shown.uri));
  return digest_hex(shown.algorithm, fmt::format("{}:{}:{}:{}:auth:{}", of_user, shown.nonce, shown.count_text,
                                                 shown.cnonce, of_request));
}

bool is_digest_uri_of(std::string_view uri, std::string_view target) {
  if (uri == target) {
    return true;
  }
  const std::size_t scheme = uri.find("://");
  const std::size_t path = scheme == std::string_view::npos ? scheme : uri.find('/', scheme + 3);
  return path != std::string_view::npos && uri.substr(path) == target;
}

}  // namespace firn
