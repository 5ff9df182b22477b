#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstddef>
#include <istream>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/table.h"
#include "config/config.h"
#include "intake/auth/credential.h"
#include "intake/auth/credential_change.h"
#include "intake/auth/credential_file.h"
#include "intake/auth/credential_uses.h"
#include "platform/file_system.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr std::size_t kLargestSecretFile = 64U << 10U;
constexpr const char* kSourceFile = "firn.toml";

/// The secret that a person brings; empty when one is to be made. It never stands on the command line, where others on
/// the machine could read it.
Result<std::string> given_secret(const CliContext& context) {
  const std::string& path = context.arguments.credential.secret_file;
  std::string secret;
  if (path == "-") {
    std::getline(context.in, secret);
  } else if (!path.empty()) {
    FIRN_ASSIGN(secret, read_file(context.files, path, kLargestSecretFile));
    secret = secret.substr(0, secret.find('\n'));
  }
  if (secret.ends_with('\r')) {
    secret.pop_back();
  }
  if (secret.empty() && !path.empty()) {
    return fail({ErrorKind::kInvalidInput, "read", path, "there is no secret in it", ""});
  }
  return secret;
}

bool has_repeater(const Config& config, const std::string& name) {
  return std::ranges::any_of(config.repeaters, [&](const RepeaterConfig& r) { return r.name.str() == name; });
}

/// What is asked for; nothing after a mistake, which is printed.
std::optional<NewCredential> asked_for(const CliContext& context, const Config& config) {
  const CredentialArguments& arguments = context.arguments.credential;
  NewCredential asked;
  asked.name = arguments.name;
  asked.type = parse_credential_type(arguments.type).value_or(CredentialType::kBasic);
  const std::string standard = asked.type == CredentialType::kApiKey ? "X-Api-Key" : arguments.name;
  asked.user = arguments.user.empty() ? standard : arguments.user;
  for (const std::string& repeater : arguments.repeaters) {
    if (!has_repeater(config, repeater)) {
      context.err << fmt::format("firn: there is no repeater \"{}\" in {}\n", repeater, config.file);
      return std::nullopt;
    }
    asked.repeaters.emplace_back(repeater);
  }
  return asked;
}

/// What to enter in HQ, line by line.
std::vector<std::pair<std::string, std::string>> settings_in_hq(const NewCredential& asked, const std::string& secret) {
  const std::string repeater = asked.repeaters.empty() ? "REPEATER" : asked.repeaters.front().str();
  // XML, users, stubs and data sources do not name their project space: the path does.
  const std::string url = "https://HOST/in/" + repeater + "/DOMAIN/";
  switch (asked.type) {
    case CredentialType::kBasic:
      return {{"URL", url}, {"Auth type", "HTTP Basic"}, {"Username", asked.user}, {"Password", secret}};
    case CredentialType::kDigest:
      return {{"URL", url}, {"Auth type", "HTTP Digest"}, {"Username", asked.user}, {"Password", secret}};
    case CredentialType::kApiKey:
      return {{"URL", url}, {"Auth type", "API Key"}, {"Header name", asked.user}, {"API key", secret}};
    case CredentialType::kBearer:
      return {{"URL", "https://HOST/api/v1/in/" + repeater + "/DOMAIN/"},
              {"Auth type", "Bearer Token"},
              {"Username", asked.user},
              {"Password", secret}};
    case CredentialType::kOauth2:
      return {{"URL", url},
              {"Auth type", "OAuth 2.0 Client Grant"},
              {"Client ID", asked.user},
              {"Client secret", secret},
              {"Token URL", "https://HOST/api/v1/token"}};
  }
  return {};
}

void print_added(const CliContext& context, const Config& config, const NewCredential& asked,
                 const std::string& secret) {
  if (context.arguments.json) {
    json::array repeaters;
    for (const RepeaterName& repeater : asked.repeaters) {
      repeaters.push_back(json::value(repeater.str()));
    }
    context.out << json::serialize(json::object{{"name", asked.name},
                                                {"type", to_string(asked.type)},
                                                {"user", asked.user},
                                                {"repeaters", std::move(repeaters)},
                                                {"secret", secret},
                                                {"file", config.credentials_file()}})
                << '\n';
    return;
  }
  TextTable table({{""}, {""}});
  for (const auto& [name, value] : settings_in_hq(asked, secret)) {
    table.add({name, value});
  }
  context.out << fmt::format(
      "Added {}. Enter this in HQ's connection settings; the secret is not shown again:\n\n{}\n"
      "A running daemon knows it within two seconds. Once HQ uses it, retire the one that it replaces:\n"
      "  firn credential retire NAME\n",
      asked.name, table.str("  "));
}

/// One line of the list.
struct Listed {
  std::string name;
  std::string type;
  std::string user;
  std::vector<RepeaterName> repeaters;
  std::optional<Timestamp> created_at{};
  std::optional<Timestamp> retired_at{};
  std::optional<Timestamp> last_used_at{};
  std::string source;
};

std::vector<Listed> list_all(const Config& config, const StoredCredentials& stored, const CredentialUses& uses) {
  std::vector<Listed> list;
  for (const CredentialConfig& credential : config.intake.credentials) {
    const bool has_header = credential.type == CredentialConfig::Type::kApiKey;
    const char* type = has_header ? "api_key" : credential.type == CredentialConfig::Type::kDigest ? "digest" : "basic";
    list.push_back({.name = credential.name,
                    .type = type,
                    .user = has_header ? credential.header : credential.username,
                    .repeaters = credential.repeaters,
                    .source = kSourceFile});
  }
  for (const StoredCredential& credential : stored) {
    const auto used = uses.find(credential.id);
    list.push_back({.name = credential.name,
                    .type = std::string(to_string(credential.type)),
                    .user = credential.user,
                    .repeaters = credential.repeaters,
                    .created_at = credential.created_at,
                    .retired_at = credential.retired_at,
                    .last_used_at = used == uses.end() ? std::nullopt : std::optional(used->second),
                    .source = "credentials"});
  }
  return list;
}

json::value time_json(const std::optional<Timestamp>& time) {
  return time ? json::value(format_iso8601(*time)) : json::value(nullptr);
}

std::string list_json(const std::string& file, const std::vector<Listed>& list) {
  json::array credentials;
  for (const Listed& listed : list) {
    json::array repeaters;
    for (const RepeaterName& repeater : listed.repeaters) {
      repeaters.push_back(json::value(repeater.str()));
    }
    credentials.push_back(json::object{{"name", listed.name},
                                       {"type", listed.type},
                                       {"user", listed.user},
                                       {"repeaters", std::move(repeaters)},
                                       {"created_at", time_json(listed.created_at)},
                                       {"retired_at", time_json(listed.retired_at)},
                                       {"last_used_at", time_json(listed.last_used_at)},
                                       {"source", listed.source}});
  }
  return json::serialize(json::object{{"file", file}, {"credentials", std::move(credentials)}});
}

std::string time_text(const std::optional<Timestamp>& time) {
  return time ? format_timestamp(*time).substr(0, std::string_view("YYYY-MM-DD HH:MM").size()) : "-";
}

std::string list_text(const std::vector<Listed>& list) {
  if (list.empty()) {
    return "There are no credentials: on this machine anybody may send. `firn credential add` makes one.\n";
  }
  TextTable table({{"NAME"}, {"TYPE"}, {"USER"}, {"REPEATERS"}, {"CREATED"}, {"LAST USED"}, {"STATE"}});
  for (const Listed& listed : list) {
    std::string repeaters;
    for (const RepeaterName& repeater : listed.repeaters) {
      repeaters += (repeaters.empty() ? "" : " ") + repeater.str();
    }
    const std::string state = listed.retired_at              ? "retired " + time_text(listed.retired_at)
                              : listed.source == kSourceFile ? "valid, plain in firn.toml"
                                                             : "valid";
    table.add({listed.name, listed.type, listed.user, repeaters.empty() ? "all" : repeaters,
               time_text(listed.created_at), time_text(listed.last_used_at), state});
  }
  return table.str();
}

}  // namespace

int run_credential_add(const CliContext& context) {
  const auto config = load_or_report(context, {.fit_to_serve = false});
  if (!config) {
    return kExitConfiguration;
  }
  auto asked = asked_for(context, *config);
  if (!asked) {
    return kExitUsage;
  }
  std::string secret;
  const auto add = [&]() -> Status {
    FIRN_ASSIGN(asked->secret, given_secret(context));
    return change_credentials(context.files, config->credentials_file(), [&](StoredCredentials& credentials) -> Status {
      FIRN_ASSIGN(secret, add_credential(credentials, *asked, context.clock.now()));
      return {};
    });
  };
  if (const Status added = add(); !added) {
    print_error(context.err, added.error());
    return kExitFailed;
  }
  print_added(context, *config, *asked, secret);
  return kExitOk;
}

int run_credential_list(const CliContext& context) {
  const auto config = load_or_report(context, {.fit_to_serve = false});
  if (!config) {
    return kExitConfiguration;
  }
  const auto stored = read_credentials(context.files, config->credentials_file());
  if (!stored) {
    print_error(context.err, stored.error());
    return kExitFailed;
  }
  const auto list = list_all(*config, *stored, read_credential_uses(context.files, config->credential_uses_file()));
  context.out << (context.arguments.json ? list_json(config->credentials_file(), list) + "\n" : list_text(list));
  return kExitOk;
}

int run_credential_retire(const CliContext& context) {
  const auto config = load_or_report(context, {.fit_to_serve = false});
  if (!config) {
    return kExitConfiguration;
  }
  const std::string& name = context.arguments.credential.name;
  const Status retired = change_credentials(
      context.files, config->credentials_file(),
      [&](StoredCredentials& credentials) { return retire_credential(credentials, name, context.clock.now()); });
  if (!retired) {
    print_error(context.err, retired.error());
    return kExitFailed;
  }
  context.out << (context.arguments.json
                      ? json::serialize(json::object{{"name", name}}) + "\n"
                      : fmt::format("Retired {}. A running daemon lets it in no more within two seconds.\n", name));
  return kExitOk;
}

}  // namespace firn
