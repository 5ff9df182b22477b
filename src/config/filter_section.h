#pragma once

#include "config/filter_config.h"
#include "config/reader.h"
#include "model/table.h"

namespace firn {

/// Reads the section `filter` of a repeater's section; a missing one gives the standard filter of the kind.
FilterConfig read_filter(SectionReader& repeater, Kind kind, ConfigReport& report);

}  // namespace firn
