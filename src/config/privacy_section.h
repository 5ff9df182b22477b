#pragma once

#include "config/privacy_config.h"
#include "config/reader.h"
#include "config/secrets.h"
#include "model/table.h"

namespace firn {

/// Reads the section `privacy` of a repeater's section; a missing one leaves documents as they are.
PrivacyConfig read_privacy(SectionReader& repeater, Kind kind, const SecretSources& secrets, ConfigReport& report);

}  // namespace firn
