#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "platform/http_server.h"
#include "stage/s3/sigv4.h"
#include "tests/standins/standin_server.h"

namespace firn {

/// What S3 keeps of an object.
struct S3ServerObject {
  std::string bytes;
  std::map<std::string, std::string> metadata;  ///< `x-amz-meta-...`
  std::map<std::string, std::string>
      writing;  ///< encryption, storage class and tags, by the header that asked for them
};

/// A server in this process that does what Amazon S3 does for one bucket, on loopback, in path style and in the style
/// of virtual hosts, and refuses what S3 refuses: wrong signatures and regions, clocks that are 15 minutes off, headers
/// that are not signed, content that is not what its digests say, a taken name where there must be none. Threads: any.
class S3Server final : public StandinServer {
 public:
  static constexpr const char* kBucket = "bucket";
  static constexpr const char* kRegion = "eu-central-1";

  /// `clock` must outlive the server; the `Date` of answers is that of the machine.
  explicit S3Server(const Clock& clock);
  ~S3Server() override;

  [[nodiscard]] std::string endpoint() const { return url(); }
  /// The same with a name before which the bucket's can stand.
  [[nodiscard]] std::string named_endpoint() const;
  static AwsCredentials credentials() { return {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""}; }

  /// From now on the credentials are temporary ones with this token; all others have ended.
  void want_token(std::string token) FIRN_EXCLUDES(mutex_);
  /// Like a server that does not know conditional writes: 501.
  void refuse_conditions() FIRN_EXCLUDES(mutex_);
  /// From now on requests of this method are answered AccessDenied, and of others as usual; empty: of none.
  void forbid(std::string method) FIRN_EXCLUDES(mutex_);
  /// What it answers when asked for the rules of the bucket's lifecycle; empty: there are none.
  void set_lifecycle(std::string xml) FIRN_EXCLUDES(mutex_);
  /// Requests so far, also refused ones.
  [[nodiscard]] std::size_t requests() const FIRN_EXCLUDES(mutex_);

  /// The next request is answered so, after its signature was looked at.
  void answer_next(HttpResponse response) FIRN_EXCLUDES(mutex_);
  [[nodiscard]] std::map<std::string, S3ServerObject> objects() const FIRN_EXCLUDES(mutex_);
  /// Changes an object behind everybody's back.
  void set_object(const std::string& key, S3ServerObject object) FIRN_EXCLUDES(mutex_);

 private:
  struct Request;

  HttpResponse answer(const StandinRequest& received) override FIRN_EXCLUDES(mutex_);
  [[nodiscard]] std::optional<HttpResponse> check(const Request& request) const FIRN_REQUIRES(mutex_);
  [[nodiscard]] std::optional<HttpResponse> check_signature(const Request& request, Timestamp at) const
      FIRN_REQUIRES(mutex_);
  HttpResponse answer_bucket(const Request& request) FIRN_REQUIRES(mutex_);
  static std::optional<HttpResponse> refuse_writing(const Request& request);
  HttpResponse put(const Request& request) FIRN_REQUIRES(mutex_);
  HttpResponse get(const Request& request) FIRN_REQUIRES(mutex_);
  HttpResponse list(const Request& request) FIRN_REQUIRES(mutex_);
  HttpResponse remove(const Request& request) FIRN_REQUIRES(mutex_);

  const Clock& clock_;
  mutable Mutex mutex_;
  std::map<std::string, S3ServerObject> objects_ FIRN_GUARDED_BY(mutex_);
  std::optional<HttpResponse> next_ FIRN_GUARDED_BY(mutex_);
  std::string token_ FIRN_GUARDED_BY(mutex_);
  std::string forbidden_ FIRN_GUARDED_BY(mutex_);
  std::string lifecycle_ FIRN_GUARDED_BY(mutex_);
  bool knows_conditions_ FIRN_GUARDED_BY(mutex_) = true;
  std::size_t requests_ FIRN_GUARDED_BY(mutex_) = 0;
};

/// How S3 says that something is wrong.
HttpResponse s3_refusal(int status, const std::string& code, const std::string& message = "as asked");

}  // namespace firn
