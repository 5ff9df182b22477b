#include "config/credential_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/nearest.h"
#include "config/config.h"
#include "config/document.h"
#include "config/reader.h"
#include "config/secrets.h"

namespace firn {
namespace {

using Type = CredentialConfig::Type;

/// A field name of RFC 9110.
bool is_header_name(std::string_view text) {
  const auto valid = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  };
  return !text.empty() && std::ranges::all_of(text, valid);
}

void read_username(SectionReader& section, CredentialConfig& credential) {
  credential.username = section.text("username", std::nullopt);
  if (credential.username.contains(':')) {
    section.refuse("username", "a user name of HTTP Basic or Digest cannot contain a colon");
  }
  const auto visible = [](char c) { return c > 0x20 && c < 0x7F && c != '"' && c != '\\'; };
  if (credential.type == Type::kDigest && !std::ranges::all_of(credential.username, visible)) {
    section.refuse("username", "a user name of HTTP Digest has visible ASCII letters only, and no \" or \\");
  }
}

CredentialConfig read_credential(SectionReader& section, const SecretSources& secrets) {
  CredentialConfig credential;
  credential.name = section.text("name", std::nullopt);
  const std::string type = section.word("type", "basic", {"basic", "digest", "api_key"});
  credential.type = type == "api_key" ? Type::kApiKey : type == "digest" ? Type::kDigest : Type::kBasic;
  const bool has_header = credential.type == Type::kApiKey;
  if (!has_header) {
    read_username(section, credential);
  } else {
    credential.header = section.text("header", "X-Api-Key");
    if (!is_header_name(credential.header)) {
      section.refuse("header", fmt::format("\"{}\" is not the name of an HTTP header", credential.header));
    }
  }
  const std::string_view other = has_header ? "username" : "header";
  if (section.has(other)) {
    section.refuse(other, fmt::format("\"{}\" belongs to credentials of type \"{}\"", other,
                                      has_header ? "basic\" or \"digest" : "api_key"));
  }
  for (const std::string& repeater : section.texts("repeaters", {100, 63})) {
    credential.repeaters.emplace_back(repeater);
  }
  credential.secret = read_secret(section, "secret", secrets);
  section.finish();
  return credential;
}

void check_repeaters(SectionResults& results, const CredentialConfig& credential, const std::string& key) {
  std::vector<std::string> names;
  for (const RepeaterConfig& repeater : results.config.repeaters) {
    names.push_back(repeater.name.str());
  }
  for (const RepeaterName& wanted : credential.repeaters) {
    if (std::ranges::find(names, wanted.str()) == names.end()) {
      const auto near = nearest(wanted.str(), names);
      results.report.error_at(key + ".repeaters", fmt::format("there is no repeater \"{}\"", wanted.str()),
                              near ? fmt::format("did you mean \"{}\"?", *near) : "");
    }
  }
}

/// The command that keeps a hash of a new secret instead.
std::string command_for(const CredentialConfig& credential) {
  const bool has_header = credential.type == Type::kApiKey;
  const std::string_view type = has_header ? "api_key" : credential.type == Type::kDigest ? "digest" : "basic";
  std::string command = fmt::format("firn credential add {}-new --type {} --user {}", credential.name, type,
                                    has_header ? credential.header : credential.username);
  for (const RepeaterName& repeater : credential.repeaters) {
    command += " --repeater " + repeater.str();
  }
  return command;
}

}  // namespace

void read_credentials_section(SectionReader& intake, SectionResults& results) {
  using std::chrono::hours;
  results.config.intake.token_life = intake.duration("token_life", {hours(1), std::chrono::minutes(1), hours(24)});
  const ConfigMember* list = intake.list_of_sections("credential");
  if (list == nullptr) {
    return;
  }
  for (std::size_t i = 0; i < list->value.elements.size(); ++i) {
    const ConfigNode& element = list->value.elements[i];
    SectionReader credential(&element, element.place, fmt::format("intake.credential[{}]", i + 1), results.report);
    results.config.intake.credentials.push_back(read_credential(credential, results.secrets));
  }
}

void check_credentials(SectionResults& results) {
  const IntakeConfig& intake = results.config.intake;
  const ListenerConfig* listener = intake.public_listener();
  const auto file = results.secrets.files.exists(results.config.credentials_file());
  const bool is_open = results.options.fit_to_serve && intake.credentials.empty() && !file.value_or(false);
  if (is_open && listener != nullptr) {
    results.report.error_at(listener->key, "intake can be reached from other machines but asks for no credentials",
                            "run `firn credential add NAME`, or listen on 127.0.0.1");
  } else if (is_open && !intake.listeners.empty()) {
    results.report.warn_at(intake.listeners.front().key,
                           "there is no credential: everybody on this machine may send, so may whoever comes through a "
                           "proxy on it",
                           "run `firn credential add NAME`");
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < intake.credentials.size(); ++i) {
    const CredentialConfig& credential = intake.credentials[i];
    const std::string key = fmt::format("intake.credential[{}]", i + 1);
    if (!names.insert(credential.name).second) {
      results.report.error_at(key + ".name", fmt::format("two credentials have the name \"{}\"", credential.name));
    }
    check_repeaters(results, credential, key);
    results.report.warn_at(
        key + ".name", fmt::format("the secret of credential \"{}\" is kept in plain", credential.name),
        fmt::format("run `{}`, which keeps a hash, enter the new secret in HQ, then remove this section",
                    command_for(credential)));
  }
}

}  // namespace firn
