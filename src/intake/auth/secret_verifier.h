#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/mutex.h"
#include "intake/auth/credential.h"
#include "intake/auth/credential_source.h"
#include "intake/auth/secret_hash.h"
#include "intake/auth/verdict_cache.h"

namespace firn {

/// What a client shows: a secret, and whose it is said to be.
struct Proof {
  CredentialType type = CredentialType::kBasic;
  std::string user;  ///< of kApiKey the header, in small letters
  std::string secret;
};

/// What only the slow hash can tell.
struct SlowQuestion {
  std::uint64_t generation = 0;
  Digest128 shown;
  std::string secret;
  struct Candidate {
    std::string id;
    std::string hash;
  };
  std::vector<Candidate> candidates;
  std::size_t rounds = 1;
};

struct SecretFinding {
  enum class State { kRight, kWrong, kSlow };
  State state = State::kWrong;
  const CredentialEntry* entry = nullptr;  ///< of kRight; lives as long as the snapshot
  SlowQuestion question{};                 ///< of kSlow
};

/// Tells whether a secret is right. Each one that was shown before is known from a cache, right or wrong; the others
/// need the slow hash, unknown users as well. Threads: any.
class SecretVerifier {
 public:
  SecretVerifier() : key_(random_key()) {}

  /// At once. Its time does not depend on the secrets.
  [[nodiscard]] SecretFinding check(const CredentialSnapshot& snapshot, const Proof& proof) const FIRN_EXCLUDES(mutex_);

  /// Takes as long as the hash, each time the same; then check() knows the answer, unless the credentials have changed
  /// meanwhile. False when there was no memory for it.
  bool resolve(const SlowQuestion& question) FIRN_EXCLUDES(mutex_);

  /// The credentials have changed: of what is known only the right ones that are still valid stay.
  void renew(const CredentialSnapshot& snapshot) FIRN_EXCLUDES(mutex_);

 private:
  const HashKey key_;
  mutable Mutex mutex_;
  VerdictCache cache_ FIRN_GUARDED_BY(mutex_);
  std::uint64_t generation_ FIRN_GUARDED_BY(mutex_) = 0;
};

}  // namespace firn
