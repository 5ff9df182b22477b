#pragma once

#include <map>
#include <string>

#include "config/config.h"
#include "config/reader.h"
#include "config/secrets.h"

namespace firn {

/// What a configuration says, each section by itself; how they fit together is for rules.h.
struct SectionResults {
  Config& config;
  ConfigReport& report;
  const SecretSources& secrets;
  std::map<std::string, std::string> connection_types;  ///< by name; empty when the type is wrong
  LoadOptions options;
};

/// Reads every section below `root` into `results`.
void read_sections(const ConfigNode& root, SectionResults& results);

}  // namespace firn
