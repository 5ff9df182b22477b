#pragma once

#include <set>
#include <string>
#include <utility>

#include "base/result.h"
#include "stage/s3/credentials/aws_credential_source.h"
#include "stage/s3/credentials/aws_profiles.h"

namespace firn {

/// Credentials by the profiles of the AWS configuration files: keys, a role assumed by another profile or by the
/// machine
/// (`source_profile`, `credential_source`), a role by web identity, or a program ("Configuration and credential file
/// settings" in the AWS CLI user guide). Single sign-on is left to `credential_process`.
class ProfileCredentials {
 public:
  /// Reads the files: $AWS_CONFIG_FILE and $AWS_SHARED_CREDENTIALS_FILE, else those in ~/.aws. One that is missing is
  /// empty.
  static Result<ProfileCredentials> open(const CredentialSurroundings& surroundings, std::string region);

  /// True when the profile is there and says how to get credentials.
  [[nodiscard]] bool has(const std::string& name) const;
  /// Those of the profile. kConfiguration with the place of what is wrong.
  Result<SourcedCredentials> get(const std::string& name);

 private:
  ProfileCredentials(const CredentialSurroundings& surroundings, std::string region)
      : surroundings_(&surroundings), region_(std::move(region)) {}

  Result<SourcedCredentials> get(const std::string& name, std::set<std::string>& asked);
  Result<SourcedCredentials> by_role(const std::string& name, const AwsProfile& profile, std::set<std::string>& asked);
  Result<SourcedCredentials> base_of(const std::string& name, const AwsProfile& profile, std::set<std::string>& asked);

  const CredentialSurroundings* surroundings_;
  std::string region_;
  AwsProfiles profiles_;
};

struct WebIdentity {
  std::string role_arn;
  std::string session_name;  ///< may be empty
  std::string token_file;
};

/// The credentials of the role that a token from an identity provider stands for; the file is read each time.
Result<SourcedCredentials> web_identity_credentials(const CredentialSurroundings& surroundings,
                                                    const std::string& region, const WebIdentity& identity);

}  // namespace firn
