#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "intake/auth/access_token.h"
#include "intake/auth/credential_source.h"
#include "intake/auth/credential_uses.h"
#include "intake/auth/digest_nonces.h"
#include "intake/auth/failure_delays.h"
#include "intake/auth/secret_verifier.h"
#include "intake/auth/slow_lane.h"
#include "platform/file_system.h"
#include "platform/http_server.h"

namespace firn {

struct AccessOptions {
  CredentialSourceOptions credentials;
  std::string token_key_path;
  std::string uses_path;  ///< where the times of last use are kept; empty: nowhere
  Duration token_life = std::chrono::hours(1);
  SlowLaneOptions lane;
  /// Called on the lane's thread after the credentials file was taken in, or could not be (once for each reason).
  std::function<void(const Status&)> on_reload;
};

/// What is known about who sent a request.
struct Access {
  enum class State {
    kGranted,
    kMissing,  ///< it shows nothing, or what the client renews by itself (a nonce or a token whose time is over)
    kRefused,  ///< it shows something wrong, or something that is not good for this repeater
    kSlow,     ///< resolve() must find out
  };
  State state = State::kRefused;
  bool stale = false;      ///< the nonce's time is over
  bool bad_token = false;  ///< what it shows is a token
  SlowClient client{};
  std::vector<SlowQuestion> questions{};  ///< of kSlow
};

/// Decides who may send what, and gives out tokens. Threads: any. It must outlive the server and every HttpDeferral.
class AccessControl {
 public:
  /// Reads the credentials file and the token key (made when missing), and starts the lane.
  static Result<std::unique_ptr<AccessControl>> open(AccessOptions options, FileSystem& files, const Clock& clock);

  /// There is no credential at all, and need not be: everybody is let in.
  [[nodiscard]] bool is_open() const { return source_.now()->set.open(); }
  /// At once. `repeater` is empty when the request is about none; any credential is good for it then.
  Access check(const HttpHead& head, std::string_view repeater);
  /// The same for what a client sends to get a token. When granted, `credential_id` is whose it is.
  Access check(const Proof& proof, std::string_view remote, std::string& credential_id);

  /// Answers the questions on the lane's thread, then calls `done`: true when a new check() will know. The same
  /// questions of many requests are answered once. When there is no room or the daemon stops, `done` is destroyed
  /// without a call.
  using Done = std::move_only_function<void(bool)>;
  void resolve(Access slow, Done done) FIRN_EXCLUDES(mutex_);

  /// Counts a refusal; how long its answer must wait.
  Duration penalty(const Access& refused);
  /// False when it cannot wait: answer at once.
  bool call_later(Duration delay, SlowLane::Work work) { return lane_->call_later(delay, std::move(work)); }

  /// The values of WWW-Authenticate for the repeater.
  [[nodiscard]] std::vector<std::string> challenges(std::string_view repeater, const Access& access) const;
  /// True when a request without credentials is how a client of this repeater begins.
  [[nodiscard]] bool expects_challenge(std::string_view repeater) const;

  [[nodiscard]] std::string make_token(std::string_view credential_id) const;
  /// Of the lane's thread; 0 while it waits for work.
  [[nodiscard]] Duration busy_for() const { return lane_->busy_for(); }
  [[nodiscard]] Duration token_life() const { return options_.token_life; }

  /// Everything that waits goes on at once; nothing slow is done any more.
  void stop();

 private:
  AccessControl(AccessOptions options, AccessTokens tokens, FileSystem& files, const Clock& clock);

  struct Attempt;
  class Waiting;
  void check_basic(Attempt& attempt, std::string_view token);
  void check_digest(Attempt& attempt, const HttpHead& head, std::string_view parameters);
  void check_token(Attempt& attempt, std::string_view token);
  void check_keys(Attempt& attempt, const HttpHead& head);
  void check_proof(Attempt& attempt, const Proof& proof);
  void answer(const std::vector<SlowQuestion>& questions, Waiting& waiting) FIRN_EXCLUDES(mutex_);
  std::vector<Done> take_waiting(const Digest128& key) FIRN_EXCLUDES(mutex_);
  [[nodiscard]] SlowClient client(std::string_view remote, std::string_view user) const;
  void refresh();
  void keep_uses();

  const AccessOptions options_;
  FileSystem& files_;
  const Clock& clock_;
  const HashKey key_;
  AccessTokens tokens_;
  CredentialSource source_;
  SecretVerifier verifier_;
  DigestNonces nonces_;
  FailureDelays delays_;
  Mutex mutex_;
  std::map<Digest128, std::vector<Done>> waiting_ FIRN_GUARDED_BY(mutex_);  ///< by what they ask
  std::string last_failure_;  ///< to read the file; the lane's thread only
  CredentialUses uses_;       ///< the next two as well
  Duration uses_kept_at_{};
  std::unique_ptr<SlowLane> lane_;
};

}  // namespace firn
