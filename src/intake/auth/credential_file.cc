#include "intake/auth/credential_file.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "intake/auth/credential.h"
#include "platform/file_system.h"
#include "platform/paths.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr std::size_t kLargestFile = 4U << 20U;
constexpr unsigned kOthersMask = 077;
constexpr std::size_t kIdDigits = 16;
constexpr int kVersion = 1;

json::object to_json(const StoredCredential& credential) {
  json::array repeaters;
  for (const RepeaterName& repeater : credential.repeaters) {
    repeaters.push_back(json::value(repeater.str()));
  }
  json::object entry{{"id", credential.id},
                     {"name", credential.name},
                     {"type", to_string(credential.type)},
                     {"user", credential.user},
                     {"repeaters", std::move(repeaters)},
                     {"created_at", format_iso8601(credential.created_at)}};
  if (credential.retired_at) {
    entry["retired_at"] = format_iso8601(*credential.retired_at);
  } else if (credential.type == CredentialType::kDigest) {
    entry["ha1"] = json::object{{"MD5", credential.digest.md5}, {"SHA-256", credential.digest.sha256}};
  } else {
    entry["hash"] = credential.hash;
  }
  if (credential.id_in_secret) {
    entry["id_in_secret"] = true;
  }
  return entry;
}

/// The text of a field; empty when it is missing or no text.
std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool read_repeaters(const json::object& entry, StoredCredential& credential) {
  const json::value* list = entry.if_contains("repeaters");
  if (list == nullptr || !list->is_array()) {
    return false;
  }
  for (const json::value& repeater : list->get_array()) {
    if (!repeater.is_string() || repeater.get_string().empty()) {
      return false;  // an empty list would let it in everywhere
    }
    credential.repeaters.emplace_back(std::string(repeater.get_string()));
  }
  return true;
}

/// Nothing when a part is missing: a credential is never taken for more than it says.
std::optional<StoredCredential> from_json(const json::value& value) {
  if (!value.is_object()) {
    return std::nullopt;
  }
  const json::object& entry = value.get_object();
  StoredCredential credential;
  credential.id = text_of(entry, "id");
  credential.name = text_of(entry, "name");
  credential.user = text_of(entry, "user");
  const auto type = parse_credential_type(text_of(entry, "type"));
  const auto created = parse_timestamp(text_of(entry, "created_at"));
  const auto retired = parse_timestamp(text_of(entry, "retired_at"));
  const auto id = from_hex(credential.id);
  if (!type || !created || !id || credential.id.size() != kIdDigits || credential.name.empty() ||
      credential.user.empty() || !read_repeaters(entry, credential) || (entry.contains("retired_at") && !retired)) {
    return std::nullopt;
  }
  credential.type = *type;
  credential.created_at = *created;
  credential.retired_at = retired;
  credential.hash = text_of(entry, "hash");
  if (const json::value* digest = entry.if_contains("ha1"); digest != nullptr && digest->is_object()) {
    credential.digest = {text_of(digest->get_object(), "MD5"), text_of(digest->get_object(), "SHA-256")};
  }
  const bool has_secret = *type == CredentialType::kDigest
                              ? credential.digest.md5.size() == 32 && credential.digest.sha256.size() == 64
                              : !credential.hash.empty();
  const json::value* id_in_secret = entry.if_contains("id_in_secret");
  credential.id_in_secret = id_in_secret != nullptr && id_in_secret->is_bool() && id_in_secret->get_bool();
  return has_secret || retired ? std::optional(std::move(credential)) : std::nullopt;
}

std::unexpected<Error> damaged(const std::string& path, std::string reason) {
  return fail({ErrorKind::kDamaged, "read", path, std::move(reason),
               "restore it from a backup, or remove it and add the credentials anew"});
}

}  // namespace

std::string format_credentials(const StoredCredentials& credentials) {
  std::string text = fmt::format("{{\"version\": {}, \"credentials\": [", kVersion);
  for (std::size_t i = 0; i < credentials.size(); ++i) {
    text += i == 0 ? "\n" : ",\n";
    text += json::serialize(to_json(credentials[i]));
  }
  return text + "\n]}\n";
}

Result<StoredCredentials> parse_credentials(std::string_view text, const std::string& path) {
  json::error_code error;
  const json::value document = json::parse(text, error);
  const json::object* object = error ? nullptr : document.if_object();
  const json::value* version = object == nullptr ? nullptr : object->if_contains("version");
  const json::value* list = object == nullptr ? nullptr : object->if_contains("credentials");
  if (version == nullptr || list == nullptr || !list->is_array()) {
    return damaged(path, "it is not a credentials file");
  }
  if (*version != json::value(kVersion)) {
    return damaged(path, "it was written by a newer version of this program");
  }
  StoredCredentials credentials;
  for (const json::value& entry : list->get_array()) {
    auto credential = from_json(entry);
    if (!credential) {
      return damaged(path, fmt::format("entry {} is incomplete", credentials.size() + 1));
    }
    credentials.push_back(std::move(*credential));
  }
  return credentials;
}

Result<std::optional<std::string>> read_credentials_text(FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(const bool exists, files.exists(path));
  if (!exists) {
    return std::nullopt;
  }
  const auto mode = file_mode(path);
  if (mode && (*mode & kOthersMask) != 0) {
    return fail({ErrorKind::kPermission, "read", path, fmt::format("others can read or change it (mode {:04o})", *mode),
                 fmt::format("run: chmod 600 {}", path)});
  }
  FIRN_ASSIGN(std::string text, read_file(files, path, kLargestFile));
  return std::optional(std::move(text));
}

Result<StoredCredentials> read_credentials(FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(const auto text, read_credentials_text(files, path));
  return text ? parse_credentials(*text, path) : StoredCredentials();
}

Status change_credentials(FileSystem& files, const std::string& path,
                          const std::function<Status(StoredCredentials&)>& change) {
  FIRN_TRY(files.create_directories(parent_directory(path)));
  const std::string lock_path = path + ".lock";
  FIRN_ASSIGN(const auto lock, files.lock(lock_path));
  FIRN_TRY(give_to_owner_of_folder(lock_path));
  FIRN_ASSIGN(StoredCredentials credentials, read_credentials(files, path));
  FIRN_TRY(change(credentials));
  FIRN_TRY(replace_file(files, path, format_credentials(credentials)));
  return give_to_owner_of_folder(path);
}

}  // namespace firn
