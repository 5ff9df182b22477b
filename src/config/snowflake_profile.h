#pragma once

#include <map>
#include <optional>
#include <string>

#include "config/reader.h"
#include "config/secrets.h"

namespace firn {

/// One connection of Snowflake's own `connections.toml` (`[NAME]`) or `config.toml` (`[connections.NAME]`), as the
/// Python connector and Snowflake CLI read it ("Connecting to Snowflake with the Python Connector" and "Configuring
/// Snowflake CLI" in the Snowflake documentation). Empty when none is named.
struct SnowflakeProfile {
  std::map<std::string, std::string> fields;
  std::string folder;  ///< relative paths start here
  std::string origin;  ///< the section and its file, for people

  /// The first of the names that is there.
  [[nodiscard]] std::optional<std::string> find(std::initializer_list<const char*> names) const;
};

/// The settings `connections_file` and `connection`; mistakes, other ways of logging in than a key pair too, are noted.
SnowflakeProfile read_snowflake_profile(SectionReader& section, const SecretSources& secrets);

}  // namespace firn
