#include "intake/auth/access_token.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"
#include "base/result.h"
#include "platform/file_system.h"
#include "platform/paths.h"

namespace firn {
namespace {

constexpr std::string_view kPrefix = "firn1.";
constexpr std::size_t kIdBytes = 8;
constexpr std::size_t kTextBytes = kIdBytes + 16;  // the end, and a random number
constexpr std::size_t kTokenBytes = kTextBytes + 16;
constexpr unsigned kOthersMask = 077;

Result<std::string> make_key_file(FileSystem& files, const std::string& path) {
  std::string key = random_bytes(HashKey{}.size());
  FIRN_TRY(replace_file(files, path, to_hex(key) + "\n"));
  return key;
}

Result<std::string> read_key_file(FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(const unsigned mode, file_mode(path));
  if ((mode & kOthersMask) != 0) {
    return fail({ErrorKind::kPermission, "read", path, fmt::format("others can read or change it (mode {:04o})", mode),
                 fmt::format("remove it: a new key is made, and clients fetch new tokens by themselves")});
  }
  FIRN_ASSIGN(const std::string text, read_file(files, path, 1000));
  const auto key = from_hex(std::string_view(text).substr(0, text.find('\n')));
  if (!key || key->size() != HashKey{}.size()) {
    return fail({ErrorKind::kDamaged, "read", path, "it does not hold a key",
                 "remove it: a new key is made, and clients fetch new tokens by themselves"});
  }
  return *key;
}

}  // namespace

Result<AccessTokens> AccessTokens::open(FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(const bool exists, files.exists(path));
  FIRN_ASSIGN(const std::string bytes, exists ? read_key_file(files, path) : make_key_file(files, path));
  HashKey key;
  std::ranges::copy(bytes, key.begin());
  return AccessTokens(key);
}

std::string AccessTokens::make(std::string_view credential_id, Timestamp until) const {
  std::string text = from_hex(credential_id).value_or("");
  FIRN_CHECK(text.size() == kIdBytes, "a credential's id has 16 digits");
  put_u64(text, static_cast<std::uint64_t>(to_micros(until)));
  text += random_bytes(kTextBytes - text.size());
  text += keyed_digest(key_, text).view();
  return std::string(kPrefix) + to_hex(text);
}

std::optional<AccessToken> AccessTokens::read(std::string_view token) const {
  if (!token.starts_with(kPrefix) || token.size() != kPrefix.size() + 2 * kTokenBytes) {
    return std::nullopt;
  }
  const auto bytes = from_hex(token.substr(kPrefix.size()));
  if (!bytes) {
    return std::nullopt;
  }
  const std::string_view text = std::string_view(*bytes).substr(0, kTextBytes);
  const bool ours = equal_constant_time(std::string_view(*bytes).substr(kTextBytes), keyed_digest(key_, text).view());
  if (!ours) {
    return std::nullopt;
  }
  return AccessToken{to_hex(text.substr(0, kIdBytes)),
                     timestamp_from_micros(static_cast<std::int64_t>(get_u64(text, kIdBytes)))};
}

}  // namespace firn
