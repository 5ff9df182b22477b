#include "intake/auth/secret_verifier.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace firn {
namespace {

constexpr std::size_t kIdDigits = 16;

/// The entries whose hash the secret may fit.
std::vector<SlowQuestion::Candidate> candidates_of(const CredentialSet& set, const Proof& proof) {
  const std::string_view secret = proof.secret;
  if (proof.type == CredentialType::kApiKey && secret.size() > kIdDigits && secret[kIdDigits] == '.') {
    const CredentialEntry* named = set.by_id(secret.substr(0, kIdDigits));
    if (named != nullptr && named->type == proof.type && named->user == proof.user) {
      return {{named->id, named->hash}};
    }
  }
  std::vector<SlowQuestion::Candidate> candidates;
  for (const CredentialEntry* entry : set.of(proof.type, proof.user)) {
    if (!entry->hash.empty() && !entry->id_in_secret) {
      candidates.push_back({entry->id, entry->hash});
    }
  }
  return candidates;
}

const CredentialEntry* find_plain(const CredentialSet& set, const Proof& proof) {
  const CredentialEntry* found = nullptr;
  for (const CredentialEntry* entry : set.of(proof.type, proof.user)) {
    const bool equal = equal_constant_time(proof.secret, entry->plain);
    const bool usable = !entry->plain.empty();
    found = (equal & usable) ? entry : found;
  }
  return found;
}

/// The credential's id, empty when none fits; nothing when nothing is known.
std::optional<std::string> find_hashed(const SlowQuestion& question) {
  for (std::size_t i = 0; i < question.rounds || i < question.candidates.size(); ++i) {
    const bool real = i < question.candidates.size();
    const SecretCheck check = check_secret(real ? question.candidates[i].hash : dummy_hash(), question.secret);
    if (check == SecretCheck::kFailed) {
      return std::nullopt;
    }
    if (real && check == SecretCheck::kRight) {
      return question.candidates[i].id;
    }
  }
  return "";
}

}  // namespace

SecretFinding SecretVerifier::check(const CredentialSnapshot& snapshot, const Proof& proof) const {
  const CredentialSet& set = snapshot.set;
  if (const CredentialEntry* plain = find_plain(set, proof)) {
    return {SecretFinding::State::kRight, plain};
  }
  if (!set.has_hashed(proof.type)) {
    return {};
  }
  std::string text;
  text.reserve(proof.user.size() + proof.secret.size() + 16);
  put_text(text, to_string(proof.type));
  put_text(text, proof.user);
  text += proof.secret;
  const Digest128 shown = quick_digest(key_, text);
  {
    const MutexLock lock(mutex_);
    const VerdictCache::Verdict* known = generation_ == snapshot.generation ? cache_.find(shown) : nullptr;
    if (known != nullptr) {
      const CredentialEntry* entry = known->credential_id.empty() ? nullptr : set.by_id(known->credential_id);
      return {entry != nullptr ? SecretFinding::State::kRight : SecretFinding::State::kWrong, entry};
    }
  }
  return {SecretFinding::State::kSlow,
          nullptr,
          {snapshot.generation, shown, proof.secret, candidates_of(set, proof), set.rounds()}};
}

bool SecretVerifier::resolve(const SlowQuestion& question) {
  auto id = find_hashed(question);
  const MutexLock lock(mutex_);
  if (id && question.generation == generation_) {
    cache_.put(question.shown, {std::move(*id)});
  }
  return id.has_value();
}

void SecretVerifier::renew(const CredentialSnapshot& snapshot) {
  const MutexLock lock(mutex_);
  cache_.forget([&](const std::string& id) { return snapshot.set.by_id(id) != nullptr; });
  generation_ = snapshot.generation;
}

}  // namespace firn
