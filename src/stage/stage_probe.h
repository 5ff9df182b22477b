#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "model/names.h"
#include "model/stage.h"
#include "platform/file_system.h"

#include <optional>

namespace firn {

/// One thing that was tried on a stage.
struct ProbeResult {
  std::string action;          ///< `write`, `write once`, `look at`, `list`, `read` or `remove`
  std::optional<Error> error;  ///< nothing when it worked
};

/// Tries everything that Firn does on a stage with a small object of its own: writes it, makes sure that it
/// is not overwritten, looks at it, lists it, reads it back and removes it. After a write that failed nothing else is
/// tried. `name` is not used by anybody else; `folder` is for temporary files.
std::vector<ProbeResult> probe_stage(Stage& stage, FileSystem& files, const std::string& folder,
                                     const std::string& name);

}  // namespace firn
