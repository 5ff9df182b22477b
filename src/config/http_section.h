#pragma once

#include "config/reader.h"
#include "config/sections.h"

namespace firn {

/// Reads what [intake] says of connections and proxies.
void read_http_section(SectionReader& intake, SectionResults& results);

/// Refuses limits that contradict each other.
void check_http(SectionResults& results);

}  // namespace firn
