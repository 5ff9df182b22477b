#include "intake/auth/credential_source.h"

#include <memory>
#include <utility>

#include "base/result.h"
#include "intake/auth/credential_file.h"

namespace firn {

CredentialSource::CredentialSource(CredentialSourceOptions options, FileSystem& files)
    : options_(std::move(options)), files_(files) {
  replace({});
}

std::shared_ptr<const CredentialSnapshot> CredentialSource::now() const {
  const MutexLock lock(mutex_);
  return snapshot_;
}

Result<bool> CredentialSource::refresh() {
  FIRN_ASSIGN(auto text, read_credentials_text(files_, options_.path));
  if (text == text_) {
    return false;
  }
  if (!text) {
    return fail({ErrorKind::kNotFound, "read", options_.path, "the file has gone; what it held stays valid for now",
                 "restore it, or add credentials with `firn credential add`"});
  }
  FIRN_ASSIGN(const StoredCredentials stored, parse_credentials(*text, options_.path));
  text_ = std::move(text);
  replace(stored);
  return true;
}

void CredentialSource::replace(const StoredCredentials& stored) {
  const bool open = options_.may_be_open && options_.plain.empty() && !text_;
  const MutexLock lock(mutex_);
  const std::uint64_t generation = snapshot_ ? snapshot_->generation + 1 : 1;
  const auto fresh =
      std::make_shared<CredentialSnapshot>(CredentialSnapshot{CredentialSet(options_.plain, stored, open), generation});
  for (const auto& entry : fresh->set.entries()) {
    const CredentialEntry* before = snapshot_ && !entry->id.empty() ? snapshot_->set.by_id(entry->id) : nullptr;
    entry->last_used_s = before != nullptr ? before->last_used_s.load() : 0;
  }
  snapshot_ = fresh;
}

}  // namespace firn
