#pragma once

#include "config/config.h"
#include "config/reader.h"

namespace firn {

/// Reads from a repeater's section when it is ingested, and the period of the directories.
void read_triggers(SectionReader& section, RepeaterConfig& repeater);

}  // namespace firn
