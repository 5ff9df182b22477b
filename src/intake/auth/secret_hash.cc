#include "intake/auth/secret_hash.h"

#include <sodium.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <tuple>

#include "base/check.h"
#include "base/result.h"

namespace firn {
namespace {

// What OWASP recommends as the least for argon2id. More would only cost HQ time: the secrets that Firn makes are
// random.
constexpr std::uint64_t kPasses = 2;
constexpr std::size_t kMemory = 19U << 20U;

void start_library() {
  static const bool kStarted = sodium_init() >= 0;
  FIRN_CHECK(kStarted, "libsodium starts");
}

/// The library answers "wrong" also when it got no memory; a right secret must not be called wrong for that.
bool has_memory() { return std::unique_ptr<char[]>(new (std::nothrow) char[kMemory + kMemory / 8]) != nullptr; }

}  // namespace

Result<std::string> hash_secret(std::string_view secret) {
  start_library();
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str(text.data(), secret.data(), secret.size(), kPasses, kMemory) != 0) {
    return fail({ErrorKind::kUnavailable, "hash", "a secret", "there is not enough memory", "try again"});
  }
  return std::string(text.data());
}

SecretCheck check_secret(const std::string& hash, std::string_view secret) {
  start_library();
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (hash.size() >= text.size()) {
    return SecretCheck::kWrong;
  }
  hash.copy(text.data(), hash.size());
  if (crypto_pwhash_str_verify(text.data(), secret.data(), secret.size()) == 0) {
    return SecretCheck::kRight;
  }
  return has_memory() ? SecretCheck::kWrong : SecretCheck::kFailed;
}

const std::string& dummy_hash() {
  static const std::string kHash = hash_secret(random_text(32)).value_or("");
  return kHash;
}

std::string random_text(std::size_t length) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  start_library();
  std::string text;
  for (std::size_t i = 0; i < length; ++i) {
    text += kLetters[randombytes_uniform(kLetters.size())];
  }
  return text;
}

std::string random_bytes(std::size_t count) {
  start_library();
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

HashKey random_key() {
  start_library();
  HashKey key;
  randombytes_buf(key.data(), key.size());
  return key;
}

Digest128 keyed_digest(const HashKey& key, std::string_view text) {
  Digest128 digest;
  const int done =
      crypto_generichash(digest.bytes.data(), digest.bytes.size(), reinterpret_cast<const unsigned char*>(text.data()),
                         text.size(), key.data(), key.size());
  FIRN_CHECK(done == 0, "BLAKE2b takes any text");
  return digest;
}

Digest128 quick_digest(const HashKey& key, std::string_view text) {
  static_assert(crypto_shorthash_siphashx24_BYTES == sizeof(Digest128::bytes));
  static_assert(crypto_shorthash_siphashx24_KEYBYTES <= std::tuple_size_v<HashKey>);
  Digest128 digest;
  crypto_shorthash_siphashx24(digest.bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                              key.data());
  return digest;
}

}  // namespace firn
