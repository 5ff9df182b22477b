#pragma once

#include <expected>
#include <string>
#include <vector>

#include "config/config.h"
#include "config/snowflake_config.h"
#include "platform/file_system.h"

namespace firn {

/// An administrator's own connection, out of a `connections.toml` or `config.toml` of Snowflake's tools: it never comes
/// into firn.toml. It must log in with a key pair.
std::expected<SnowflakeConnection, std::vector<ConfigError>> read_administrator(FileSystem& files,
                                                                                const Environment& environment,
                                                                                const std::string& connections_file,
                                                                                const std::string& name);

}  // namespace firn
