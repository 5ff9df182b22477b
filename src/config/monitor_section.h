#pragma once

#include "config/reader.h"
#include "config/sections.h"

namespace firn {

/// [monitor]: refuses an address that other machines reach, unless `access` allows it.
void read_monitor(SectionReader& top, SectionResults& results);

/// [debug]: warns of what it opens.
void read_debug(SectionReader& top, SectionResults& results);

}  // namespace firn
