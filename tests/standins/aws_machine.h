#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "platform/http_server.h"
#include "stage/s3/sigv4.h"
#include "tests/standins/standin_server.h"

namespace firn {

/// What Amazon puts around a program, on loopback: the metadata service of an EC2 instance (version 2 only: without a
/// token it answers 401), the credential service of a container (401 without its token), and the security token
/// service, which verifies signatures and knows one role. Each gives credentials that end after an hour, with a new
/// session token each time. Threads: any.
class AwsMachine final : public StandinServer {
 public:
  static constexpr const char* kRole = "arn:aws:iam::123456789012:role/firn";
  static constexpr const char* kExternalId = "outside";
  static constexpr const char* kWebToken = "a web identity";
  static constexpr const char* kContainerToken = "a container's word";

  explicit AwsMachine(const Clock& clock);
  ~AwsMachine() override;

  /// Whose signature the security token service takes.
  static AwsCredentials user() { return {"AKIDUSER", "a user's secret", ""}; }
  /// The instance has no role any more.
  void take_role() FIRN_EXCLUDES(mutex_);
  /// Everything is answered with this status.
  void fail_with(int status) FIRN_EXCLUDES(mutex_);
  /// Method and path of all requests.
  [[nodiscard]] std::vector<std::string> requests() const FIRN_EXCLUDES(mutex_);

 private:
  HttpResponse answer(const StandinRequest& request) override FIRN_EXCLUDES(mutex_);
  HttpResponse instance(const StandinRequest& request) FIRN_REQUIRES(mutex_);
  HttpResponse container(const StandinRequest& request) FIRN_REQUIRES(mutex_);
  HttpResponse sts(const StandinRequest& request) FIRN_REQUIRES(mutex_);
  std::string made_up(const std::string& what) FIRN_REQUIRES(mutex_);
  [[nodiscard]] std::string end() const;

  const Clock& clock_;
  mutable Mutex mutex_;
  bool has_role_ FIRN_GUARDED_BY(mutex_) = true;
  int status_ FIRN_GUARDED_BY(mutex_) = 0;
  int given_ FIRN_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> requests_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
