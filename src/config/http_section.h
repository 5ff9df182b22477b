#pragma once

#include "config/reader.h"
#include "config/sections.h"

namespace firn {

/// Reads what [intake] says of connections and proxies.
void read_http_section(SectionReader& intake, SectionResults& results);

/// Refuses an address that other machines reach unless a proxy in front of it is named: Firn itself speaks no TLS.
void check_http(SectionResults& results);

}  // namespace firn
