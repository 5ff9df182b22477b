#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "intake/auth/credential.h"
#include "intake/auth/credential_set.h"
#include "platform/file_system.h"

namespace firn {

/// The credentials of one moment. A new one replaces it when the file changes.
struct CredentialSnapshot {
  CredentialSet set;
  std::uint64_t generation = 0;
};

struct CredentialSourceOptions {
  std::vector<PlainCredential> plain;  ///< of firn.toml
  std::string path;                    ///< of the credentials file
  /// Everybody is let in as long as there is no credential at all and no credentials file: for loopback only. Once
  /// there is a file, retiring its last credential lets nobody in.
  bool may_be_open = false;
};

/// Knows which credentials are valid now. Threads: any; refresh() one at a time.
class CredentialSource {
 public:
  CredentialSource(CredentialSourceOptions options, FileSystem& files);

  [[nodiscard]] std::shared_ptr<const CredentialSnapshot> now() const FIRN_EXCLUDES(mutex_);

  /// Looks whether the file has changed, and takes it in: true when something is different now. A file that cannot be
  /// read or has gone is an error; what was valid stays valid then.
  Result<bool> refresh() FIRN_EXCLUDES(mutex_);

 private:
  void replace(const StoredCredentials& stored) FIRN_EXCLUDES(mutex_);

  const CredentialSourceOptions options_;
  FileSystem& files_;
  std::optional<std::string> text_;  ///< of the file, as it was taken in
  mutable Mutex mutex_;
  std::shared_ptr<const CredentialSnapshot> snapshot_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
