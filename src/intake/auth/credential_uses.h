#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "platform/file_system.h"

namespace firn {

/// When each credential was used last, by its id; right to a minute or two.
using CredentialUses = std::map<std::string, Timestamp>;

/// Empty when there is no file, or none that can be read: nothing depends on it.
CredentialUses read_credential_uses(FileSystem& files, const std::string& path);
Status write_credential_uses(FileSystem& files, const std::string& path, const CredentialUses& uses);

}  // namespace firn
