#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "platform/http_pool.h"
#include "stage/s3/s3_target.h"
#include "stage/s3/sigv4.h"

namespace firn {

/// What requests are signed with. Threads: any, for both.
struct S3Credentials {
  std::function<Result<AwsCredentials>()> get;
  /// S3 has said that these have ended: get() must give others, or an error. May be empty.
  std::function<void(const AwsCredentials&)> refused = {};
};

/// Signs requests to one bucket and sends them. A request that S3 refuses is sent a second time when its answer taught
/// something: that S3's clock is another than ours, where the bucket is (only when no region was given), or that
/// temporary credentials have ended and others are there. What was learnt stays. Threads: any; each request has a
/// connection of its own, which is kept for later ones.
class S3Transport {
 public:
  /// `clock` must outlive the transport.
  S3Transport(S3Place place, S3Credentials credentials, const Clock& clock, MakeHttpClient make_http);

  /// A request about an object, or with an empty key about the bucket.
  [[nodiscard]] AwsRequest request(const std::string& method, const std::string& key) const;

  /// Sends the request with the body and the limits of `call`. Any answer of S3 is a reply; failures are those of the
  /// HTTP client and of the credentials.
  Result<HttpReply> send(const AwsRequest& request, HttpCall call);

  [[nodiscard]] const S3Place& place() const { return place_; }

 private:
  struct Sent {
    HttpReply reply;
    AwsCredentials credentials;
    std::string region;
    Duration skew{};
  };

  Result<Sent> send_once(AwsRequest request, HttpCall call);
  bool learn(const Sent& sent);
  // Compared with what the request was sent with: another one may have learnt it meanwhile.
  bool learn_clock(const Sent& sent);
  bool learn_region(const Sent& sent) FIRN_EXCLUDES(mutex_);
  bool learn_credentials(const Sent& sent);
  [[nodiscard]] std::string region() const FIRN_EXCLUDES(mutex_);

  const S3Place place_;
  const S3Credentials credentials_;
  const Clock& clock_;
  HttpPool http_;
  std::atomic<Duration::rep> skew_ = 0;  ///< S3's clock minus ours, as far as it was found out
  mutable Mutex mutex_;
  std::string region_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
