#include "intake/auth/access_control.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "intake/auth/auth_header.h"
#include "intake/auth/client_network.h"
#include "intake/auth/digest.h"

namespace firn {
namespace {

constexpr Duration kKeepUses = std::chrono::minutes(1);

}  // namespace

/// One request while it is being checked.
struct AccessControl::Attempt {
  std::shared_ptr<const CredentialSnapshot> snapshot;
  std::string_view repeater;
  std::int64_t now_s = 0;
  std::string user;  ///< whose failures are counted
  bool shown = false;
  const CredentialEntry* granted = nullptr;
  bool stale = false;
  bool expired = false;
  bool bad_token = false;
  std::vector<SlowQuestion> questions;

  void right(const CredentialEntry& entry) {
    if (entry.is_good_for(repeater)) {
      granted = &entry;
      entry.last_used_s.store(now_s, std::memory_order_relaxed);
    }
  }
};

AccessControl::AccessControl(AccessOptions options, AccessTokens tokens, FileSystem& files, const Clock& clock)
    : options_(std::move(options)),
      files_(files),
      clock_(clock),
      key_(random_key()),
      tokens_(std::move(tokens)),
      source_(options_.credentials, files) {}

Result<std::unique_ptr<AccessControl>> AccessControl::open(AccessOptions options, FileSystem& files,
                                                           const Clock& clock) {
  FIRN_ASSIGN(AccessTokens tokens, AccessTokens::open(files, options.token_key_path));
  SlowLaneOptions lane = options.lane;
  std::unique_ptr<AccessControl> access(new AccessControl(std::move(options), std::move(tokens), files, clock));
  FIRN_TRY(access->source_.refresh());
  access->verifier_.renew(*access->source_.now());
  if (!access->options_.uses_path.empty()) {
    access->uses_ = read_credential_uses(files, access->options_.uses_path);
  }
  lane.on_tick = [raw = access.get()] {
    raw->refresh();
    if (raw->clock_.steady() - raw->uses_kept_at_ > kKeepUses) {
      raw->keep_uses();
    }
  };
  access->lane_ = std::make_unique<SlowLane>(std::move(lane));
  return access;
}

void AccessControl::refresh() {
  const Result<bool> changed = source_.refresh();
  if (changed && *changed) {
    verifier_.renew(*source_.now());
  }
  std::string failure = changed ? "" : changed.error().message();
  const bool news = changed ? *changed || !last_failure_.empty() : failure != last_failure_;
  last_failure_ = std::move(failure);
  if (news && options_.on_reload) {
    options_.on_reload(changed ? Status() : fail(Error(changed.error())));
  }
}

/// Nothing depends on it, so a failure is passed over.
void AccessControl::keep_uses() {
  uses_kept_at_ = clock_.steady();
  bool changed = false;
  for (const auto& entry : source_.now()->set.entries()) {
    const Timestamp used{std::chrono::seconds(entry->last_used_s.load(std::memory_order_relaxed))};
    if (!entry->id.empty() && used - uses_[entry->id] > kKeepUses) {
      uses_[entry->id] = used;
      changed = true;
    }
  }
  if (changed && !options_.uses_path.empty()) {
    static_cast<void>(write_credential_uses(files_, options_.uses_path, uses_));
  }
}

void AccessControl::stop() {
  lane_->stop();
  keep_uses();
}

SlowClient AccessControl::client(std::string_view remote, std::string_view user) const {
  std::string text;
  put_text(text, client_network(remote));
  SlowClient client;
  client.address = quick_digest(key_, text);
  put_text(text, user);
  client.client = quick_digest(key_, text);
  return client;
}

Access AccessControl::check(const HttpHead& head, std::string_view repeater) {
  Attempt attempt;
  attempt.snapshot = source_.now();
  if (attempt.snapshot->set.open()) {
    return {.state = Access::State::kGranted};
  }
  attempt.repeater = repeater;
  attempt.now_s = std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
  const AuthHeader header = split_auth_header(head.header("authorization"));
  if (header.is("basic")) {
    check_basic(attempt, header.rest);
  } else if (header.is("digest")) {
    check_digest(attempt, head, header.rest);
  } else if (header.is("bearer")) {
    check_token(attempt, header.rest);
  }
  check_keys(attempt, head);
  if (attempt.granted != nullptr) {
    return {.state = Access::State::kGranted};
  }
  Access access;
  access.stale = attempt.stale;
  access.bad_token = attempt.bad_token;
  access.client = client(head.remote, attempt.user);
  access.questions = std::move(attempt.questions);
  if (!access.questions.empty()) {
    access.state = Access::State::kSlow;
  } else if (!attempt.shown || attempt.stale || attempt.expired) {
    access.state = Access::State::kMissing;
  }
  return access;
}

Access AccessControl::check(const Proof& proof, std::string_view remote, std::string& credential_id) {
  Attempt attempt;
  attempt.snapshot = source_.now();
  attempt.now_s = std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
  check_proof(attempt, proof);
  Access access;
  access.client = client(remote, proof.user);
  if (attempt.granted != nullptr) {
    access.state = Access::State::kGranted;
    credential_id = attempt.granted->id;
  } else if (!attempt.questions.empty()) {
    access.state = Access::State::kSlow;
    access.questions = std::move(attempt.questions);
  }
  return access;
}

void AccessControl::check_proof(Attempt& attempt, const Proof& proof) {
  attempt.shown = true;
  attempt.user = proof.user;
  SecretFinding finding = verifier_.check(*attempt.snapshot, proof);
  if (finding.state == SecretFinding::State::kRight) {
    attempt.right(*finding.entry);
  } else if (finding.state == SecretFinding::State::kSlow) {
    attempt.questions.push_back(std::move(finding.question));
  }
}

void AccessControl::check_basic(Attempt& attempt, std::string_view token) {
  attempt.shown = true;
  if (auto shown = parse_basic(token)) {
    check_proof(attempt, {CredentialType::kBasic, std::move(shown->user), std::move(shown->password)});
  }
}

void AccessControl::check_digest(Attempt& attempt, const HttpHead& head, std::string_view parameters) {
  attempt.shown = true;
  auto shown = parse_digest(parameters);
  if (!shown || !is_digest_uri_of(shown->uri, head.target)) {
    return;
  }
  attempt.user = shown->user;
  std::ranges::transform(shown->response, shown->response.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  static const DigestSecret kNobody = digest_secret("", random_text(32));
  const CredentialEntry* right = nullptr;
  const auto& entries = attempt.snapshot->set.of(CredentialType::kDigest, shown->user);
  for (const CredentialEntry* entry : entries) {
    const bool equal = equal_constant_time(shown->response, digest_response(*shown, head.method, entry->digest));
    right = equal ? entry : right;
  }
  if (entries.empty()) {
    static_cast<void>(digest_response(*shown, head.method, kNobody));  // takes as long as for a known user
  }
  if (right == nullptr) {
    return;
  }
  if (nonces_.use(shown->nonce, shown->count, clock_.now())) {
    attempt.right(*right);
  } else {
    attempt.stale = true;
  }
}

void AccessControl::check_token(Attempt& attempt, std::string_view token) {
  attempt.shown = true;
  attempt.bad_token = true;
  const auto shown = tokens_.read(token);
  const CredentialEntry* entry = shown ? attempt.snapshot->set.by_id(shown->credential_id) : nullptr;
  if (entry == nullptr || (entry->type != CredentialType::kBearer && entry->type != CredentialType::kOauth2)) {
    return;
  }
  if (clock_.now() >= shown->until) {
    attempt.expired = true;
    return;
  }
  attempt.right(*entry);
}

void AccessControl::check_keys(Attempt& attempt, const HttpHead& head) {
  for (const std::string& header : attempt.snapshot->set.key_headers()) {
    const std::string_view value = head.header(header);
    if (!value.empty() && attempt.granted == nullptr) {
      check_proof(attempt, {CredentialType::kApiKey, header, std::string(value)});
    }
  }
}

/// What a job of the lane owns: when it is thrown away, so are those who wait for it.
class AccessControl::Waiting {
 public:
  Waiting(AccessControl& access, const Digest128& key) : access_(&access), key_(key) {}
  ~Waiting() {
    if (access_ != nullptr) {
      access_->take_waiting(key_).clear();
    }
  }
  Waiting(Waiting&& other) noexcept : access_(std::exchange(other.access_, nullptr)), key_(other.key_) {}
  Waiting& operator=(Waiting&&) = delete;
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  /// Once; those who come later wait for a job of their own.
  std::vector<Done> take() { return std::exchange(access_, nullptr)->take_waiting(key_); }

 private:
  AccessControl* access_;
  Digest128 key_;
};

void AccessControl::resolve(Access slow, Done done) {
  std::string text;
  for (const SlowQuestion& question : slow.questions) {
    put_u64(text, question.generation);
    text += question.shown.view();
  }
  const Digest128 key = quick_digest(key_, text);
  {
    const MutexLock lock(mutex_);
    const auto [waiting, fresh] = waiting_.try_emplace(key);
    waiting->second.push_back(std::move(done));
    if (!fresh) {
      return;
    }
  }
  lane_->submit(slow.client, [this, waiting = Waiting(*this, key), questions = std::move(slow.questions)]() mutable {
    answer(questions, waiting);
  });
}

void AccessControl::answer(const std::vector<SlowQuestion>& questions, Waiting& waiting) {
  const bool known =
      std::ranges::all_of(questions, [this](const auto& question) { return verifier_.resolve(question); });
  for (Done& done : waiting.take()) {
    done(known);
  }
}

std::vector<AccessControl::Done> AccessControl::take_waiting(const Digest128& key) {
  const MutexLock lock(mutex_);
  auto found = waiting_.extract(key);
  return found ? std::move(found.mapped()) : std::vector<Done>();
}

Duration AccessControl::penalty(const Access& refused) {
  return delays_.failed(refused.client.client, clock_.steady());
}

std::vector<std::string> AccessControl::challenges(std::string_view repeater, const Access& access) const {
  const OfferedSchemes schemes = source_.now()->set.schemes(repeater);
  std::vector<std::string> values;
  if (schemes.bearer) {
    values.push_back(
        fmt::format("Bearer realm=\"{}\"{}", kAuthRealm, access.bad_token ? ", error=\"invalid_token\"" : ""));
  }
  if (schemes.digest) {
    const std::string nonce = nonces_.make(clock_.now());
    for (const std::string_view algorithm : {"SHA-256", "MD5"}) {
      values.push_back(fmt::format(R"(Digest realm="{}", qop="auth", algorithm={}, nonce="{}"{})", kAuthRealm,
                                   algorithm, nonce, access.stale ? ", stale=true" : ""));
    }
  }
  if (schemes.basic || schemes.none()) {
    values.push_back(fmt::format("Basic realm=\"{}\"", kAuthRealm));
  }
  if (schemes.api_key) {
    values.push_back(fmt::format("ApiKey realm=\"{}\"", kAuthRealm));
  }
  return values;
}

bool AccessControl::expects_challenge(std::string_view repeater) const {
  return source_.now()->set.schemes(repeater).digest;
}

std::string AccessControl::make_token(std::string_view credential_id) const {
  return tokens_.make(credential_id, clock_.now() + options_.token_life);
}

}  // namespace firn
