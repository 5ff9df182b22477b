#pragma once

#include <string>

#include "base/result.h"
#include "config/config.h"
#include "config/reader.h"
#include "config/secret.h"
#include "platform/file_system.h"

namespace firn {

/// Where secrets come from.
struct SecretSources {
  FileSystem& files;
  const Environment& environment;
  std::string folder;  ///< of the configuration file
};

/// A file that only its owner may read; one line end at its end is not part of the secret. The failure's reason and
/// hint are for people.
Result<Secret> read_secret_file(FileSystem& files, const std::string& path);

/// Takes `<name>_file` (see above) or
/// `<name> = "${VARIABLE}"` of a section. Everything else is reported; the result is then empty.
Secret read_secret(SectionReader& section, const std::string& name, const SecretSources& sources);

}  // namespace firn
