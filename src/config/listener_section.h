#pragma once

#include "config/reader.h"
#include "config/sections.h"

namespace firn {

/// Reads where intake can be reached: `intake.listen`, or a section [[intake.listener]] for each address, with the
/// certificate that it is served with.
void read_listeners(SectionReader& intake, SectionResults& results);

/// Refuses two listeners at one address, and one that other machines reach unless it speaks TLS itself or a proxy in
/// front of it is named.
void check_listeners(SectionResults& results);

}  // namespace firn
