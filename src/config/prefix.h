#pragma once

#include <string>

#include "config/reader.h"

namespace firn {

/// The setting `prefix` of a stage, before every key on it: empty, or names of letters, digits and `_-.=` with `/`
/// between them and none at the ends; no `.` and no `..`.
std::string read_prefix(SectionReader& section);

}  // namespace firn
