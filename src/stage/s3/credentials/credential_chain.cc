#include "stage/s3/credentials/credential_chain.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "stage/s3/credentials/machine_credentials.h"
#include "stage/s3/credentials/profile_credentials.h"

namespace firn {
namespace {

class CredentialChain final : public AwsCredentialSource {
 public:
  CredentialChain(CredentialSurroundings surroundings, CredentialChoice choice)
      : surroundings_(std::move(surroundings)), choice_(std::move(choice)) {}

  Result<SourcedCredentials> fetch() override {
    if (!choice_.profile.empty()) {
      return from_profile(choice_.profile);
    }
    constexpr std::array kPlaces = {&CredentialChain::environment, &CredentialChain::profile,
                                    &CredentialChain::web_identity, &CredentialChain::container,
                                    &CredentialChain::instance};
    for (const auto place : kPlaces) {
      auto found = (this->*place)();
      if (found || found.error().kind != ErrorKind::kNotFound) {
        return found;
      }
    }
    return fail(Error{ErrorKind::kPermission, "find", "AWS credentials",
                      "there are none in the environment, in the AWS profiles, as web identity, of a container, nor of "
                      "an EC2 instance",
                      "docs/setup-s3.md shows the ways; simplest: access_key_id and secret_access_key_file in the "
                      "connection"});
  }

 private:
  Result<SourcedCredentials> environment() { return environment_credentials(surroundings_); }
  Result<SourcedCredentials> container() {
    const bool is_said = !surroundings_.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").empty() ||
                         !surroundings_.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI").empty();
    return is_said ? said_to_be_there(container_credentials(surroundings_)) : missing("a container's credentials");
  }
  Result<SourcedCredentials> instance() { return instance_credentials(surroundings_); }

  Result<SourcedCredentials> from_profile(const std::string& name) {
    FIRN_ASSIGN(ProfileCredentials profiles, ProfileCredentials::open(surroundings_, choice_.region));
    return said_to_be_there(profiles.get(name));
  }

  Result<SourcedCredentials> profile() {
    const std::string named = surroundings_.variable("AWS_PROFILE");
    if (!named.empty()) {
      return from_profile(named);
    }
    FIRN_ASSIGN(ProfileCredentials profiles, ProfileCredentials::open(surroundings_, choice_.region));
    return profiles.has("default") ? said_to_be_there(profiles.get("default")) : missing("a default AWS profile");
  }

  Result<SourcedCredentials> web_identity() {
    const WebIdentity identity{surroundings_.variable("AWS_ROLE_ARN"), surroundings_.variable("AWS_ROLE_SESSION_NAME"),
                               surroundings_.variable("AWS_WEB_IDENTITY_TOKEN_FILE")};
    if (identity.token_file.empty()) {
      return missing("a web identity");
    }
    if (identity.role_arn.empty()) {
      return fail(Error{ErrorKind::kConfiguration, "read", "AWS_WEB_IDENTITY_TOKEN_FILE",
                        "AWS_ROLE_ARN is not set beside it", "set both"});
    }
    return said_to_be_there(web_identity_credentials(surroundings_, choice_.region, identity));
  }

  /// So that no other place is asked.
  static Result<SourcedCredentials> said_to_be_there(Result<SourcedCredentials> found) {
    if (!found && found.error().kind == ErrorKind::kNotFound) {
      found.error().kind = ErrorKind::kConfiguration;
    }
    return found;
  }

  static Result<SourcedCredentials> missing(const std::string& what) {
    return fail(Error{ErrorKind::kNotFound, "find", what, "there is none", ""});
  }

  const CredentialSurroundings surroundings_;
  const CredentialChoice choice_;
};

class FixedCredentials final : public AwsCredentialSource {
 public:
  FixedCredentials(AwsCredentials keys, std::string source) : found_{std::move(keys), std::move(source), {}} {}
  Result<SourcedCredentials> fetch() override { return found_; }

 private:
  const SourcedCredentials found_;
};

}  // namespace

std::unique_ptr<AwsCredentialSource> make_credential_chain(CredentialSurroundings surroundings,
                                                           CredentialChoice choice) {
  return std::make_unique<CredentialChain>(std::move(surroundings), std::move(choice));
}

std::unique_ptr<AwsCredentialSource> make_fixed_credentials(AwsCredentials keys, std::string source) {
  return std::make_unique<FixedCredentials>(std::move(keys), std::move(source));
}

}  // namespace firn
