#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "platform/file_system.h"
#include "tests/support/simulated_file_system.h"

namespace firn {

/// Reads a configuration that has one repeater and what it needs, with `sections` before it and `settings` of the
/// repeater at its end; without sections those begin in line 12.
inline std::expected<Config, std::vector<ConfigError>> load_minimal_config(const std::string& sections,
                                                                           const std::string& settings = "") {
  static const std::string kRest = R"([connection.stage]
type = "directory"
path = "stage"
[connection.warehouse]
type = "duckdb"
database = "warehouse.duckdb"
[repeater.forms]
kind = "form"
table = "forms"
stage = "stage"
destination = "warehouse"
)";
  SimulatedFileSystem files;
  (void)files.create_directories("/etc/firn");
  (void)replace_file(files, "/etc/firn/firn.toml", sections + kRest + settings);
  return load_config(files, "/etc/firn/firn.toml", [](const std::string&) { return std::nullopt; });
}

}  // namespace firn
