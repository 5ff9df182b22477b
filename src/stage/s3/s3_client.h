#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/digest.h"
#include "base/mutex.h"
#include "base/result.h"
#include "platform/file_system.h"
#include "platform/http_client.h"
#include "stage/s3/s3_error.h"
#include "stage/s3/s3_xml.h"
#include "stage/s3/sigv4.h"

namespace firn {

/// Which bucket, and how it is reached.
struct S3Place {
  std::string bucket;
  std::string region = "us-east-1";
  /// `https://host[:port]` of a compatible server, which gets the bucket in the path; empty: Amazon's own, which gets
  /// it in the host's name, unless it has a dot.
  std::string endpoint;
};

/// Where its requests go.
struct S3Target {
  std::string scheme = "https";
  std::string host;  ///< as it is sent and signed: without the scheme's own port
  std::string root = "/";
};

struct S3Upload {
  File* file = nullptr;  ///< read as it is sent
  std::uint64_t bytes = 0;
  Sha256 digest{};       ///< of the file
  std::string metadata;  ///< kept with the object as `x-amz-meta-firn`; printable ASCII
};

struct S3Object {
  std::uint64_t bytes = 0;
  std::string metadata;  ///< empty when there is none
};

struct S3Listing {
  std::vector<std::string> keys;
  bool more = false;
};

/// Calls of Amazon S3's REST API, signed, each one request; a second one when the first was refused and S3's clock is
/// another than ours, which is remembered. Failures are s3_error()'s, the HTTP client's, or those
/// of the credentials; kUnavailable when what comes back is not S3's. Threads:
/// any; each call has a connection of its own, which is kept for later ones.
class S3Client {
 public:
  using MakeHttp = std::function<std::unique_ptr<HttpClient>()>;
  using Credentials = std::function<Result<AwsCredentials>()>;

  /// `clock` must outlive the client. `credentials` is asked for each call, from any thread.
  S3Client(S3Place place, Credentials credentials, const Clock& clock, MakeHttp make_http);

  /// Writes the object, unless there is one: kAlreadyExists. S3 compares the digest: kDamaged.
  Status put(const std::string& key, const S3Upload& upload);
  /// kNotFound when there is none; kPermission without the right to list the bucket.
  Result<S3Object> head(const std::string& key);
  /// Keys that begin with `prefix` and come after `after`, in order; `limit` at most, 1000 in any case.
  Result<S3Listing> list(const std::string& prefix, const std::string& after, std::size_t limit);
  /// Removes at most 1000 objects; one that is not there counts as removed.
  Status remove(std::span<const std::string> keys);

  /// `s3://bucket/key`.
  [[nodiscard]] std::string location(const std::string& key) const;

 private:
  AwsRequest request(const std::string& method, const std::string& key) const;
  Result<HttpReply> send(const AwsRequest& request, const HttpCall& call);
  Result<HttpReply> send_once(AwsRequest request, HttpCall call);
  /// True when it pays to send the request again: S3's clock was found to be another.
  bool learn_clock(const HttpReply& reply);
  std::unique_ptr<HttpClient> take_http() FIRN_EXCLUDES(mutex_);
  void give_back(std::unique_ptr<HttpClient> http) FIRN_EXCLUDES(mutex_);
  static Status refusal_in(const S3Texts& texts, S3Question asked);
  [[nodiscard]] S3Question question(std::string operation, std::string permission, std::string key) const;

  const S3Place place_;
  const S3Target target_;
  std::atomic<Duration::rep> skew_ = 0;  ///< S3's clock minus ours, as far as it was found out
  const Credentials credentials_;
  const Clock& clock_;
  const MakeHttp make_http_;
  Mutex mutex_;
  std::vector<std::unique_ptr<HttpClient>> idle_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
