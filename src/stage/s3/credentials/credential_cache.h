#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "base/mutex.h"
#include "base/result.h"
#include "stage/s3/credentials/aws_credential_source.h"

namespace firn {

/// Keeps what a source gave and asks it again in time: ten minutes before the end, by the one caller that notices,
/// while the others go on with what there is. When that fails, or gives no longer ones, the old ones are used until
/// they end, and the source is asked again after half a minute. Without good ones the callers wait for the one that
/// asks, and share its failure for a second. Threads: any.
class CredentialCache {
 public:
  CredentialCache(std::unique_ptr<AwsCredentialSource> source, const Clock& clock);

  Result<SourcedCredentials> get();

  /// S3 says that these have ended: they are not given out again, unless the source gives them once more.
  void refused(const AwsCredentials& used);

 private:
  [[nodiscard]] bool is_good() const FIRN_REQUIRES(mutex_);
  [[nodiscard]] bool is_fresh() const FIRN_REQUIRES(mutex_);
  [[nodiscard]] bool may_ask() const FIRN_REQUIRES(mutex_);
  /// Asks without the lock.
  void ask() FIRN_REQUIRES(mutex_);

  const std::unique_ptr<AwsCredentialSource> source_;
  const Clock& clock_;
  Mutex mutex_;
  Condition asked_;
  bool asking_ FIRN_GUARDED_BY(mutex_) = false;
  std::optional<SourcedCredentials> kept_ FIRN_GUARDED_BY(mutex_);
  std::optional<Error> failure_ FIRN_GUARDED_BY(mutex_);  ///< of the last time that the source was asked
  Duration asked_at_ FIRN_GUARDED_BY(mutex_){};           ///< when that was over, steady
};

}  // namespace firn
