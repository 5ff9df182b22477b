#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "intake/auth/credential.h"
#include "platform/file_system.h"

namespace firn {

// The credentials file: docs/formats/credentials.md.

using StoredCredentials = std::vector<StoredCredential>;

std::string format_credentials(const StoredCredentials& credentials);
/// kDamaged, with `path` as the object.
Result<StoredCredentials> parse_credentials(std::string_view text, const std::string& path);

/// The text of the file; nothing when there is none. kPermission: others can read it, too.
Result<std::optional<std::string>> read_credentials_text(FileSystem& files, const std::string& path);
/// What the file holds; empty when there is none.
Result<StoredCredentials> read_credentials(FileSystem& files, const std::string& path);

/// Reads the file, lets `change` work on it and replaces it: afterwards, and after a crash, the old or the new content
/// is there. Two processes never change it at the same time (kBusy). When `change` fails nothing is written. Run by
/// root, the file gets the owner of its folder.
Status change_credentials(FileSystem& files, const std::string& path,
                          const std::function<Status(StoredCredentials&)>& change);

}  // namespace firn
