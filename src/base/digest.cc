#include "base/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/check.h"

namespace firn {

namespace {

/// Fetched once: OpenSSL 3 takes locks and memory for each look-up by name.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* spent) const { EVP_MD_CTX_free(spent); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

}  // namespace

struct Sha256Hasher::State {
  Context context{EVP_MD_CTX_new()};
};

Sha256Hasher::Sha256Hasher() : state_(std::make_unique<State>()) {
  FIRN_CHECK(EVP_DigestInit_ex(state_->context.get(), algorithm(), nullptr) == 1, "SHA-256 is available");
}
Sha256Hasher::~Sha256Hasher() = default;
Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;

void Sha256Hasher::update(std::string_view bytes) {
  FIRN_CHECK(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1, "SHA-256 update");
}

Sha256 Sha256Hasher::finish() {
  Sha256 digest{};
  FIRN_CHECK(EVP_DigestFinal_ex(state_->context.get(), digest.data(), nullptr) == 1, "SHA-256 end");
  return digest;
}

std::string to_hex(const Sha256& digest) { return to_hex(bytes_of(digest)); }

Sha256 sha256(std::string_view bytes) {
  thread_local const Context context{EVP_MD_CTX_new()};
  Sha256 digest{};
  const bool done = EVP_DigestInit_ex(context.get(), algorithm(), nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1;
  FIRN_CHECK(done, "SHA-256 is available");
  return digest;
}

Digest128 truncate(const Sha256& digest) {
  Digest128 truncated;
  std::copy_n(digest.begin(), truncated.bytes.size(), truncated.bytes.begin());
  return truncated;
}

Digest128 digest128(std::string_view bytes) { return truncate(sha256(bytes)); }

std::size_t Digest128Hash::operator()(const Digest128& digest) const {
  std::size_t value = 0;
  std::memcpy(&value, digest.bytes.data(), sizeof value);
  return value;
}

}  // namespace firn
