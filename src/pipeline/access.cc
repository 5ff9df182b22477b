#include "pipeline/access.h"

#include <memory>
#include <string>
#include <utility>

#include "base/result.h"
#include "intake/auth/access_control.h"
#include "intake/auth/credential.h"

namespace firn {
namespace {

constexpr const char* kFileAlarm = "intake.credentials_file";

CredentialType type_of(const CredentialConfig& credential) {
  switch (credential.type) {
    case CredentialConfig::Type::kBasic:
      return CredentialType::kBasic;
    case CredentialConfig::Type::kDigest:
      return CredentialType::kDigest;
    case CredentialConfig::Type::kApiKey:
      return CredentialType::kApiKey;
  }
  return CredentialType::kBasic;
}

PlainCredential plain_credential(const CredentialConfig& credential) {
  const bool has_header = credential.type == CredentialConfig::Type::kApiKey;
  return {credential.name, type_of(credential), has_header ? credential.header : credential.username,
          credential.secret.reveal(), credential.repeaters};
}

}  // namespace

Result<std::unique_ptr<AccessControl>> open_access_control(const Config& config, FileSystem& files, const Clock& clock,
                                                           Alarms& alarms, Log& log) {
  AccessOptions options;
  for (const CredentialConfig& credential : config.intake.credentials) {
    options.credentials.plain.push_back(plain_credential(credential));
  }
  options.credentials.path = config.credentials_file();
  options.credentials.may_be_open = config.intake.public_listener() == nullptr;
  options.token_key_path = config.token_key_file();
  options.uses_path = config.credential_uses_file();
  options.token_life = config.intake.token_life;
  options.on_reload = [&alarms, &log, path = config.credentials_file()](const Status& taken) {
    if (taken) {
      alarms.clear(kFileAlarm, path);
      log.write(LogLevel::kInfo, "credentials.changed", {{"file", path}});
    } else {
      alarms.raise(kFileAlarm, path,
                   "the credentials file cannot be read; what it held before stays valid: " + taken.error().message());
    }
  };
  FIRN_ASSIGN(auto access, AccessControl::open(std::move(options), files, clock));
  if (access->is_open()) {
    log.write(LogLevel::kWarning, "credentials.none",
              {{"reason", "everybody on this machine may send, so may whoever comes through a proxy on it"}});
  }
  return access;
}

}  // namespace firn
