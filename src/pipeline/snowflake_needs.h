#pragma once

#include <string>

#include "config/config.h"
#include "load/snowflake/snowflake_setup.h"

namespace firn {

/// What `firn setup snowflake` is about: the connection, and all repeaters that load into it. `owner` names the data
/// directory.
SnowflakeSetup snowflake_setup_of(const Config& config, const SnowflakeConnection& connection,
                                  const std::string& owner);

}  // namespace firn
