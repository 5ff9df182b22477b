#include "config/snowflake_profile.h"

#include <fmt/format.h>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ascii_text.h"
#include "base/nearest.h"
#include "config/document.h"
#include "platform/file_system.h"
#include "platform/paths.h"

namespace firn {
namespace {

constexpr std::size_t kLargestFile = 1U << 20U;
constexpr unsigned kOthersMask = 077;

/// The table that holds the connections: `connections.toml` has them at its top.
const ConfigNode& table_of_connections(const ConfigNode& root) {
  const ConfigMember* inner = root.find("connections");
  return inner != nullptr && inner->value.type == ConfigNode::Type::kTable ? inner->value : root;
}

void refuse_missing(SectionReader& section, const ConfigNode& all, const std::string& path, const std::string& name) {
  std::vector<std::string> names;
  for (const ConfigMember& member : all.members) {
    names.push_back(member.key);
  }
  const auto near = nearest(name, names);
  section.refuse("connection", fmt::format("{} has no connection \"{}\"", path, name),
                 near ? fmt::format("did you mean \"{}\"?", *near) : "");
}

bool has_secret(const SnowflakeProfile& profile) {
  return profile.find({"private_key_file_pwd", "private_key_passphrase", "password", "token"}).has_value();
}

void check_profile(SectionReader& section, const SnowflakeProfile& profile, const std::string& path) {
  const auto how = profile.find({"authenticator"});
  if (how && !equal_ignoring_case(*how, "SNOWFLAKE_JWT")) {
    section.refuse("connections_file", fmt::format("its connection logs in by \"{}\"", *how),
                   "Firn logs in with a key pair: authenticator = \"SNOWFLAKE_JWT\" and private_key_file");
  }
  const auto mode = file_mode(path);
  if (mode && (*mode & kOthersMask) != 0 && has_secret(profile)) {
    section.refuse("connections_file",
                   fmt::format("{} holds a secret and can be read or changed by others (mode {:04o})", path, *mode),
                   fmt::format("run: chmod 600 {}", path));
  }
}

}  // namespace

std::optional<std::string> SnowflakeProfile::find(std::initializer_list<const char*> names) const {
  for (const char* name : names) {
    if (const auto found = fields.find(name); found != fields.end()) {
      return found->second;
    }
  }
  return std::nullopt;
}

SnowflakeProfile read_snowflake_profile(SectionReader& section, const SecretSources& secrets) {
  SnowflakeProfile profile;
  if (!section.has("connections_file")) {
    if (section.has("connection")) {
      section.refuse("connection", "it has no effect without connections_file", "set connections_file");
    }
    return profile;
  }
  const std::string path = section.path("connections_file", std::nullopt, secrets.folder);
  const std::string name = section.text("connection", "default");
  const auto content = read_file(secrets.files, path, kLargestFile);
  if (!content) {
    section.refuse("connections_file", fmt::format("cannot be read: {}", content.error().message()));
    return profile;
  }
  const auto document = parse_document(*content, path);
  if (!document) {
    section.refuse("connections_file", document.error().str());
    return profile;
  }
  const ConfigNode& all = table_of_connections(*document);
  const ConfigMember* found = all.find(name);
  if (found == nullptr || found->value.type != ConfigNode::Type::kTable) {
    refuse_missing(section, all, path, name);
    return profile;
  }
  for (const ConfigMember& member : found->value.members) {
    if (member.value.type == ConfigNode::Type::kString) {
      profile.fields[lower_ascii(member.key)] = member.value.text;
    }
  }
  profile.folder = parent_directory(path);
  profile.origin = fmt::format("[{}] in {}", name, path);
  check_profile(section, profile, path);
  return profile;
}

}  // namespace firn
