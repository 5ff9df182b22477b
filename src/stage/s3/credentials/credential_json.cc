#include "stage/s3/credentials/credential_json.h"

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <utility>

namespace firn {
namespace {

namespace json = boost::json;

Error wrong(const std::string& source, std::string reason) {
  return {ErrorKind::kUnavailable, "read the credentials of", source, std::move(reason), ""};
}

std::optional<std::string> text_in(const json::object& object, std::string_view name) {
  const json::value* field = object.if_contains(name);
  return field != nullptr && field->is_string() ? std::optional<std::string>(field->as_string().c_str()) : std::nullopt;
}

}  // namespace

Result<SourcedCredentials> read_credential_json(std::string_view text, CredentialNames names, std::string source) {
  boost::system::error_code failed;
  json::parse_options options;
  options.max_depth = 4;
  const json::value document = json::parse(text, failed, {}, options);
  if (failed || !document.is_object()) {
    return fail(wrong(source, "the answer is not a JSON object"));
  }
  const json::object& object = document.get_object();
  if (names == CredentialNames::kProcess) {
    const json::value* version = object.if_contains("Version");
    if (version == nullptr || *version != 1) {
      return fail(wrong(source, "\"Version\" is not 1"));
    }
  }
  const auto id = text_in(object, "AccessKeyId");
  const auto secret = text_in(object, "SecretAccessKey");
  if (!id || id->empty() || !secret || secret->empty()) {
    return fail(wrong(source, "\"AccessKeyId\" or \"SecretAccessKey\" is missing"));
  }
  const char* token_name = names == CredentialNames::kProcess ? "SessionToken" : "Token";
  SourcedCredentials found{{*id, *secret, text_in(object, token_name).value_or("")}, std::move(source), {}};
  if (const auto expires = text_in(object, "Expiration")) {
    found.expires = parse_timestamp(*expires);
    if (!found.expires) {
      return fail(wrong(found.source, "\"Expiration\" is not a time"));
    }
  }
  return found;
}

}  // namespace firn
