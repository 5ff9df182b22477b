#include "config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "config/document.h"
#include "config/reader.h"
#include "config/rules.h"
#include "config/secrets.h"
#include "config/sections.h"
#include "platform/file_system.h"
#include "platform/paths.h"

namespace firn {
namespace {

constexpr std::size_t kLargestFile = 1U << 20U;

bool stands_before(const ConfigError& a, const ConfigError& b) {
  return std::pair(a.line, a.column) < std::pair(b.line, b.column);
}

template <typename Connection>
const Connection& named(const std::vector<Connection>& connections, const ConnectionName& name) {
  const auto found = std::ranges::find(connections, name, &Connection::name);
  FIRN_CHECK(found != connections.end(), "load_config() lets no repeater through whose connection is missing");
  return *found;
}

}  // namespace

std::string ConfigError::str() const {
  std::string text = file;
  if (line > 0) {
    text += fmt::format(":{}:{}", line, column);
  }
  text += ": " + message;
  return hint.empty() ? text : text + "; " + hint;
}

const DuckdbConnection& Config::destination_of(const RepeaterConfig& repeater) const {
  return named(databases, repeater.destination);
}

const SnowflakeConnection* Config::snowflake_of(const RepeaterConfig& repeater) const {
  const auto found = std::ranges::find(snowflakes, repeater.destination, &SnowflakeConnection::name);
  return found == snowflakes.end() ? nullptr : &*found;
}

std::string Config::admin_socket() const { return join(data_dir, "admin.sock"); }
std::string Config::credentials_file() const { return join(data_dir, "credentials"); }
std::string Config::credential_uses_file() const { return join(data_dir, "credentials.used"); }
std::string Config::token_key_file() const { return join(data_dir, "token.key"); }

std::expected<Config, std::vector<ConfigError>> load_config(FileSystem& files, const std::string& path,
                                                            const Environment& environment,
                                                            const LoadOptions& options) {
  const auto text = read_file(files, path, kLargestFile);
  if (!text) {
    const Error& error = text.error();
    return std::unexpected(std::vector{ConfigError{path, 0, 0, "cannot be read: " + error.reason,
                                                   error.hint.empty() ? "`firn init` writes an example" : error.hint}});
  }
  const auto document = parse_document(*text, path);
  if (!document) {
    return std::unexpected(std::vector{document.error()});
  }
  Config config;
  config.file = absolute_path(path);
  ConfigReport report;
  report.file = path;
  const SecretSources secrets{files, environment, parent_directory(config.file)};
  SectionResults results{config, report, secrets, {}, options};
  read_sections(*document, results);
  check_rules(results);
  std::ranges::stable_sort(report.errors, stands_before);
  std::ranges::stable_sort(report.warnings, stands_before);
  if (!report.errors.empty()) {
    return std::unexpected(std::move(report.errors));
  }
  config.settings = std::move(report.settings);
  config.warnings = std::move(report.warnings);
  return config;
}

}  // namespace firn
