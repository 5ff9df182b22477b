#include "intake/auth/credential_uses.h"

#include <boost/json.hpp>
#include <cstddef>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "platform/file_system.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr std::size_t kLargestFile = 1U << 20U;

}  // namespace

CredentialUses read_credential_uses(FileSystem& files, const std::string& path) {
  CredentialUses uses;
  const auto text = read_file(files, path, kLargestFile);
  json::error_code error;
  const json::value document = text ? json::parse(*text, error) : json::value();
  if (error || !document.is_object()) {
    return uses;
  }
  for (const auto& [id, value] : document.get_object()) {
    const auto time = value.is_string() ? parse_timestamp(std::string(value.get_string())) : std::nullopt;
    if (time) {
      uses[std::string(id)] = *time;
    }
  }
  return uses;
}

Status write_credential_uses(FileSystem& files, const std::string& path, const CredentialUses& uses) {
  json::object document;
  for (const auto& [id, time] : uses) {
    document[id] = format_iso8601(time);
  }
  return replace_file(files, path, json::serialize(document) + "\n");
}

}  // namespace firn
