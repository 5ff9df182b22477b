#include "stage/s3/credentials/profile_credentials.h"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <utility>

#include "stage/s3/credentials/machine_credentials.h"
#include "stage/s3/credentials/sts_client.h"

namespace firn {
namespace {

constexpr std::size_t kLargestFile = 1U << 20U;
constexpr std::size_t kLargestToken = 64U << 10U;

Error wrong(const AwsProfile& profile, const std::string& name, std::string reason, std::string hint = "") {
  return {ErrorKind::kConfiguration, "use the AWS profile", fmt::format("\"{}\" ({})", name, profile.place),
          std::move(reason), std::move(hint)};
}

std::string path_of(const CredentialSurroundings& surroundings, const std::string& variable, const std::string& name) {
  std::string path = surroundings.variable(variable);
  const std::string home = surroundings.variable("HOME");
  if (path.empty()) {
    return home.empty() ? "" : join(join(home, ".aws"), name);
  }
  return path.starts_with("~/") ? join(home, path.substr(2)) : path;
}

Status read(const CredentialSurroundings& surroundings, const std::string& path, AwsFile file, AwsProfiles& profiles) {
  if (path.empty()) {
    return {};
  }
  const auto text = read_file(surroundings.files, path, kLargestFile);
  if (!text) {
    return text.error().kind == ErrorKind::kNotFound ? Status() : fail(Error(text.error()));
  }
  return read_aws_profiles(*text, path, file, profiles);
}

/// The credentials file wins over the other; a key, its secret and its token are never mixed from both.
void lay_over(AwsProfile& below, const AwsProfile& above) {
  if (!above.get("aws_access_key_id").empty()) {
    for (const char* part : {"aws_access_key_id", "aws_secret_access_key", "aws_session_token"}) {
      below.settings.erase(part);
    }
    below.place = above.place;
  }
  below.place = below.place.empty() ? above.place : below.place;
  for (const auto& [name, value] : above.settings) {
    below.settings[name] = value;
  }
}

bool has_keys(const AwsProfile& profile) { return !profile.get("aws_access_key_id").empty(); }

Result<SourcedCredentials> keys_of(const std::string& name, const AwsProfile& profile) {
  SourcedCredentials found{
      {profile.get("aws_access_key_id"), profile.get("aws_secret_access_key"), profile.get("aws_session_token")},
      fmt::format("AWS profile \"{}\" ({})", name, profile.place),
      {}};
  if (found.keys.secret.empty()) {
    return fail(wrong(profile, name, "aws_secret_access_key is missing"));
  }
  return found;
}

}  // namespace

Result<ProfileCredentials> ProfileCredentials::open(const CredentialSurroundings& surroundings, std::string region) {
  ProfileCredentials opened(surroundings, std::move(region));
  FIRN_TRY(read(surroundings, path_of(surroundings, "AWS_CONFIG_FILE", "config"), AwsFile::kConfig, opened.profiles_));
  AwsProfiles second;
  FIRN_TRY(read(surroundings, path_of(surroundings, "AWS_SHARED_CREDENTIALS_FILE", "credentials"),
                AwsFile::kCredentials, second));
  for (const auto& [name, profile] : second) {
    lay_over(opened.profiles_[name], profile);
  }
  return opened;
}

bool ProfileCredentials::has(const std::string& name) const {
  const auto found = profiles_.find(name);
  return found != profiles_.end() && (has_keys(found->second) || !found->second.get("role_arn").empty() ||
                                      !found->second.get("credential_process").empty());
}

Result<SourcedCredentials> ProfileCredentials::get(const std::string& name) {
  std::set<std::string> asked;
  return get(name, asked);
}

Result<SourcedCredentials> ProfileCredentials::get(const std::string& name, std::set<std::string>& asked) {
  const auto found = profiles_.find(name);
  if (found == profiles_.end()) {
    return fail(Error{ErrorKind::kConfiguration, "use the AWS profile", "\"" + name + "\"",
                      "there is no such profile in the AWS configuration files",
                      "see AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, or ~/.aws of the user of Firn"});
  }
  const AwsProfile& profile = found->second;
  if (!asked.insert(name).second) {
    return fail(wrong(profile, name, "source_profile leads back to it"));
  }
  if (!profile.get("role_arn").empty()) {
    return by_role(name, profile, asked);
  }
  if (has_keys(profile)) {
    return keys_of(name, profile);
  }
  if (const std::string command = profile.get("credential_process"); !command.empty()) {
    return process_credentials(*surroundings_, command, fmt::format("AWS profile \"{}\" ({})", name, profile.place));
  }
  return fail(wrong(profile, name, "it says nothing about credentials that Firn understands",
                    "single sign-on needs a credential_process, like `aws configure export-credentials`"));
}

Result<SourcedCredentials> ProfileCredentials::by_role(const std::string& name, const AwsProfile& profile,
                                                       std::set<std::string>& asked) {
  RoleWish wish;
  wish.arn = profile.get("role_arn");
  wish.external_id = profile.get("external_id");
  wish.duration_seconds = profile.get("duration_seconds");
  if (const std::string session = profile.get("role_session_name"); !session.empty()) {
    wish.session_name = session;
  }
  if (!profile.get("mfa_serial").empty()) {
    return fail(wrong(profile, name, "it wants a code from a person (mfa_serial), which a daemon cannot give"));
  }
  if (const std::string file = profile.get("web_identity_token_file"); !file.empty()) {
    return web_identity_credentials(*surroundings_, region_, {wish.arn, wish.session_name, file});
  }
  FIRN_ASSIGN(const SourcedCredentials base, base_of(name, profile, asked));
  return StsClient(*surroundings_, region_).assume_role(wish, base);
}

Result<SourcedCredentials> ProfileCredentials::base_of(const std::string& name, const AwsProfile& profile,
                                                       std::set<std::string>& asked) {
  const std::string source = profile.get("source_profile");
  const std::string machine = profile.get("credential_source");
  if (source.empty() == machine.empty()) {
    return fail(
        wrong(profile, name, "role_arn needs one of source_profile, credential_source and web_identity_token_file"));
  }
  if (source == name && has_keys(profile)) {
    return keys_of(name, profile);  // the role by the profile's own keys
  }
  if (!source.empty()) {
    return get(source, asked);
  }
  if (machine == "Environment") {
    return environment_credentials(*surroundings_);
  }
  if (machine == "EcsContainer") {
    return container_credentials(*surroundings_);
  }
  return machine == "Ec2InstanceMetadata"
             ? instance_credentials(*surroundings_)
             : fail(wrong(profile, name, fmt::format("credential_source \"{}\" is unknown", machine),
                          "it is Environment, Ec2InstanceMetadata or EcsContainer"));
}

Result<SourcedCredentials> web_identity_credentials(const CredentialSurroundings& surroundings,
                                                    const std::string& region, const WebIdentity& identity) {
  FIRN_ASSIGN(std::string token, read_file(surroundings.files, identity.token_file, kLargestToken));
  while (token.ends_with('\n') || token.ends_with('\r')) {
    token.pop_back();
  }
  RoleWish wish;
  wish.arn = identity.role_arn;
  wish.session_name = identity.session_name.empty() ? wish.session_name : identity.session_name;
  auto found = StsClient(surroundings, region).assume_role_with_web_identity(wish, token);
  if (found) {
    found->source += ", by the token in " + identity.token_file;
  }
  return found;
}

}  // namespace firn
