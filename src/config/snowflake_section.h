#pragma once

#include <optional>
#include <string>

#include "config/reader.h"
#include "config/secrets.h"
#include "config/snowflake_config.h"
#include "model/names.h"

namespace firn {

/// Reads a section [connection.NAME] of type "snowflake"; mistakes are noted there.
SnowflakeConnection read_snowflake(SectionReader& section, ConnectionName name, const SecretSources& secrets);

/// A setting that names an object of Snowflake, as Snowflake stores the name: in capital letters, unless it is written
/// between double quotes. Empty when it is missing and has no standard, or wrong.
std::string read_object_name(SectionReader& section, const std::string& key,
                             const std::optional<std::string>& standard);

}  // namespace firn
