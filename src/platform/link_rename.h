#pragma once

#include <string>

#include "base/result.h"

namespace firn {

/// rename_no_replace() for file systems that do not know RENAME_NOREPLACE: a second name, then the first is removed.
/// It never replaces the target. A crash in between leaves both names, of the same file; doing it again then fails with
/// kAlreadyExists, as it does for any target that is there.
Status rename_by_link(const std::string& from, const std::string& to);

}  // namespace firn
