#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"

namespace firn {

/// The password hash of a secret: argon2id with a random salt, as libsodium's text `$argon2id$...`. Takes about 25 ms
/// and 19 MiB. kUnavailable: there is not so much memory.
Result<std::string> hash_secret(std::string_view secret);

enum class SecretCheck {
  kRight,
  kWrong,   ///< or the hash is not a valid one
  kFailed,  ///< nothing is known: there is not enough memory
};
/// Takes as long as hash_secret(), whatever the secret is.
SecretCheck check_secret(const std::string& hash, std::string_view secret);

/// The hash of a secret that nobody knows: checking against it takes as long as against a real one.
const std::string& dummy_hash();

/// Random letters and digits from the system's generator: 5.95 bits each.
std::string random_text(std::size_t length);
std::string random_bytes(std::size_t count);

/// A key for keyed_digest().
using HashKey = std::array<unsigned char, 32>;
HashKey random_key();

/// A keyed hash (BLAKE2b): nobody without the key can make one or find two texts with the same one.
Digest128 keyed_digest(const HashKey& key, std::string_view text);

/// The same for what lives in memory only and is computed for every request (SipHash-2-4 with 128 bits; six times as
/// fast). It uses the first half of the key.
Digest128 quick_digest(const HashKey& key, std::string_view text);

}  // namespace firn
