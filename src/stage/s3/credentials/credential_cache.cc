#include "stage/s3/credentials/credential_cache.h"

#include <chrono>
#include <utility>

namespace firn {
namespace {

constexpr Duration kAhead = std::chrono::minutes(10);
constexpr Duration kPause = std::chrono::seconds(30);       // while the old ones are good
constexpr Duration kPauseInNeed = std::chrono::seconds(1);  // while there are none
constexpr Duration kLeastLife = std::chrono::seconds(15);   // a request takes its time

}  // namespace

CredentialCache::CredentialCache(std::unique_ptr<AwsCredentialSource> source, const Clock& clock)
    : source_(std::move(source)), clock_(clock) {}

bool CredentialCache::is_good() const {
  return kept_ && (!kept_->expires || clock_.now() + kLeastLife < *kept_->expires);
}

bool CredentialCache::is_fresh() const { return kept_ && (!kept_->expires || clock_.now() + kAhead < *kept_->expires); }

bool CredentialCache::may_ask() const {
  if (asking_) {
    return false;
  }
  const Duration since = clock_.steady() - asked_at_;
  return is_good() ? since >= kPause : !failure_ || since >= kPauseInNeed;
}

Result<SourcedCredentials> CredentialCache::get() {
  const MutexLock lock(mutex_);
  if (!is_fresh() && may_ask()) {
    ask();
  }
  while (!is_good() && asking_) {
    asked_.wait(mutex_);
  }
  if (is_good()) {
    return *kept_;
  }
  return fail(failure_ ? *failure_
                       : Error{ErrorKind::kPermission, "use", "the AWS credentials", "they have ended",
                               "renew them where they come from"});
}

void CredentialCache::ask() {
  asking_ = true;
  mutex_.unlock();
  auto found = source_->fetch();
  mutex_.lock();
  asking_ = false;
  asked_at_ = clock_.steady();
  if (found) {
    kept_ = *std::move(found);
    failure_.reset();
  } else {
    failure_ = found.error();
  }
  asked_.notify_all();
}

void CredentialCache::refused(const AwsCredentials& used) {
  const MutexLock lock(mutex_);
  if (kept_ && kept_->keys.key_id == used.key_id && kept_->keys.session_token == used.session_token) {
    kept_.reset();
  }
}

}  // namespace firn
