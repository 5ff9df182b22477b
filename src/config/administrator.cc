#include "config/administrator.h"

#include "config/document.h"
#include "config/reader.h"
#include "config/secrets.h"
#include "config/snowflake_section.h"
#include "platform/paths.h"

namespace firn {
namespace {

ConfigMember text_member(std::string key, std::string text) {
  ConfigMember member;
  member.key = std::move(key);
  member.value.type = ConfigNode::Type::kString;
  member.value.text = std::move(text);
  return member;
}

}  // namespace

std::expected<SnowflakeConnection, std::vector<ConfigError>> read_administrator(FileSystem& files,
                                                                                const Environment& environment,
                                                                                const std::string& connections_file,
                                                                                const std::string& name) {
  // As if a section named that file; an administrator needs no place of its own.
  ConfigNode section;
  section.members.push_back(text_member("connections_file", connections_file));
  section.members.push_back(text_member("connection", name));
  section.members.push_back(text_member("database", "NONE"));
  section.members.push_back(text_member("schema", "NONE"));
  ConfigReport report{.file = connections_file, .errors = {}, .warnings = {}, .settings = {}};
  const SecretSources secrets{files, environment, parent_directory(connections_file)};
  SectionReader reader(&section, {0, 0}, name, report);
  SnowflakeConnection connection = read_snowflake(reader, ConnectionName(name), secrets);
  if (!report.errors.empty()) {
    return std::unexpected(std::move(report.errors));
  }
  return connection;
}

}  // namespace firn
