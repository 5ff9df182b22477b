#pragma once

#include "config/reader.h"
#include "config/sections.h"

namespace firn {

/// Reads [[intake.credential]] and what else [intake] says about who may send.
void read_credentials_section(SectionReader& intake, SectionResults& results);

/// Reports credentials that contradict each other or the repeaters, and warns of secrets that are kept in plain.
void check_credentials(SectionResults& results);

}  // namespace firn
