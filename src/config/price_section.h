#pragma once

#include "config/reader.h"
#include "config/sections.h"

namespace firn {

/// [prices]: the list prices of a region and an edition, each of which may be set otherwise.
void read_prices(SectionReader& top, SectionResults& results);

}  // namespace firn
