#pragma once

#include <string>

#include "base/result.h"
#include "platform/file_system.h"

namespace firn {

/// The name of a data directory on the stages that it uses, a UUID in its file `instance`. Made up and
/// kept when there is none yet.
Result<std::string> instance_of(FileSystem& files, const std::string& data_dir);

/// The same; empty when there is none yet.
Result<std::string> known_instance(FileSystem& files, const std::string& data_dir);

}  // namespace firn
