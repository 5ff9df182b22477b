#include "config/snowflake_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii_text.h"
#include "config/http_way_section.h"
#include "config/snowflake_profile.h"
#include "platform/paths.h"

namespace firn {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// "Identifier requirements" in the Snowflake documentation.
bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= 255 && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '$'; });
}

bool is_quoted_name(std::string_view text) {
  return text.size() > 2 && text.size() <= 257 && text.starts_with('"') && text.ends_with('"') &&
         std::ranges::all_of(text.substr(1, text.size() - 2), [](char c) { return c != '"' && c >= ' '; });
}

SnowflakeAccount read_account(SectionReader& section, const SnowflakeProfile& profile) {
  const std::string account = section.text("account", profile.find({"account"}));
  const std::string host = section.text("host", profile.find({"host"}).value_or(""));
  if (account.empty()) {
    return {};
  }
  auto parsed = parse_snowflake_account(account, host);
  if (!parsed) {
    section.refuse("account", fmt::format("\"{}\" is not a Snowflake account: {}", account, parsed.error()),
                   "write \"MYORG-MYACCOUNT\" (in Snowsight: your name, Account, View account details), or a locator "
                   "with its region like \"xy12345.eu-central-1\"");
    return {};
  }
  return *std::move(parsed);
}

/// The setting that names the key, for messages.
std::string key_setting(const SectionReader& section, const std::string& name) {
  return section.has(name) ? name : name + "_file";
}

void add_key(SectionReader& section, const std::string& name, const Secret& pem, const Secret& passphrase,
             SnowflakeConnection& connection) {
  if (pem.empty()) {
    return;  // reported
  }
  auto key = RsaKey::parse(section.name_of(name), pem.reveal(), passphrase.reveal());
  if (!key) {
    section.refuse(key_setting(section, name), "the private key cannot be used: " + key.error().reason,
                   key.error().hint);
    return;
  }
  connection.keys.push_back(*std::move(key));
}

void read_key(SectionReader& section, const std::string& name, const SecretSources& secrets,
              SnowflakeConnection& connection) {
  const Secret pem = read_secret(section, name, secrets);
  const std::string passphrase_name = name + "_passphrase";
  const bool has_passphrase = section.has(passphrase_name) || section.has(passphrase_name + "_file");
  const Secret passphrase = has_passphrase ? read_secret(section, passphrase_name, secrets) : Secret();
  add_key(section, name, pem, passphrase, connection);
}

void read_key_of_profile(SectionReader& section, const SnowflakeProfile& profile, const std::string& file,
                         const SecretSources& secrets, SnowflakeConnection& connection) {
  auto pem = read_secret_file(secrets.files, absolute_path(profile.folder, file));
  if (!pem) {
    section.refuse("connections_file", pem.error().reason, pem.error().hint);
    return;
  }
  auto passphrase = profile.find({"private_key_file_pwd", "private_key_passphrase"});
  if (!passphrase) {
    passphrase = secrets.environment("PRIVATE_KEY_PASSPHRASE");
  }
  auto key = RsaKey::parse(file, pem->reveal(), passphrase.value_or(""));
  if (!key) {
    section.refuse("connections_file", fmt::format("the private key {} cannot be used: {}", file, key.error().reason),
                   key.error().hint);
    return;
  }
  connection.keys.push_back(*std::move(key));
}

void read_keys(SectionReader& section, const SnowflakeProfile& profile, const SecretSources& secrets,
               SnowflakeConnection& connection) {
  const auto file = profile.find({"private_key_file", "private_key_path"});
  if (file && !section.has("private_key") && !section.has("private_key_file")) {
    read_key_of_profile(section, profile, *file, secrets, connection);
  } else {
    read_key(section, "private_key", secrets, connection);
  }
  if (section.has("next_private_key") || section.has("next_private_key_file")) {
    read_key(section, "next_private_key", secrets, connection);
  }
}

/// What the section leaves to the profile takes effect too.
void note_profile(SectionReader& section, const SnowflakeProfile& profile) {
  for (const char* field : {"account", "host", "user", "role", "warehouse", "database", "schema"}) {
    if (auto value = profile.find({field}); value && !section.has(field)) {
      section.note_from(field, *std::move(value), profile.origin);
    }
  }
  auto file = profile.find({"private_key_file", "private_key_path"});
  if (file && !section.has("private_key") && !section.has("private_key_file")) {
    section.note_from("private_key_file", absolute_path(profile.folder, *file), profile.origin);
  }
}

std::string read_aws_role(SectionReader& section) {
  std::string role = section.text("aws_role", "");
  if (!role.empty() && !(role.starts_with("arn:aws") && role.contains(":role/"))) {
    section.refuse("aws_role", fmt::format("\"{}\" is not the ARN of a role", role),
                   "write it like \"arn:aws:iam::123456789012:role/firn-snowflake\"");
  }
  return role;
}

}  // namespace

std::string read_object_name(SectionReader& section, const std::string& key,
                             const std::optional<std::string>& standard) {
  const std::string text = section.text(key, standard);
  if (is_quoted_name(text)) {
    return text.substr(1, text.size() - 2);
  }
  if (!text.empty() && !is_plain_name(text)) {
    section.refuse(key, fmt::format("\"{}\" is not a name that Snowflake takes", text),
                   "use letters, digits, _ and $; a name with others, or with small letters, goes between double "
                   "quotes: '\"my role\"'");
    return {};
  }
  return upper_ascii(text);
}

SnowflakeConnection read_snowflake(SectionReader& section, ConnectionName name, const SecretSources& secrets) {
  const SnowflakeProfile profile = read_snowflake_profile(section, secrets);
  const auto standard = [&](const char* field, std::optional<std::string> other) {
    auto found = profile.find({field});
    return found ? found : std::move(other);
  };
  SnowflakeConnection connection;
  connection.name = std::move(name);
  connection.account = read_account(section, profile);
  connection.user = upper_ascii(section.text("user", standard("user", std::nullopt)));
  connection.role = read_object_name(section, "role", standard("role", "FIRN_LOADER"));
  connection.warehouse = read_object_name(section, "warehouse", standard("warehouse", ""));
  connection.dedicated = section.flag("dedicated", false);
  if (connection.dedicated && connection.warehouse.empty()) {
    section.refuse("dedicated", "it has no effect without a warehouse", "set warehouse");
  }
  connection.database = read_object_name(section, "database", standard("database", std::nullopt));
  connection.schema = read_object_name(section, "schema", standard("schema", std::nullopt));
  read_keys(section, profile, secrets, connection);
  note_profile(section, profile);
  connection.way = read_http_way(section, secrets);
  connection.aws_role = read_aws_role(section);
  connection.external_id = section.text("external_id", "");
  return connection;
}

}  // namespace firn
