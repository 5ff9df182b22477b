#pragma once

#include "config/sections.h"

namespace firn {

/// Reports settings that contradict each other, and warns of those that are probably not meant.
void check_rules(SectionResults& results);

}  // namespace firn
