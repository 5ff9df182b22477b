#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "stage/s3/credentials/aws_credential_source.h"

namespace firn {

/// The role that is wanted.
struct RoleWish {
  std::string arn;
  std::string session_name = "firn";
  std::string external_id;
  std::string duration_seconds;  ///< empty: an hour
};

/// Asks Amazon's Security Token Service for the credentials of a role ("AssumeRole" and "AssumeRoleWithWebIdentity" in
/// the AWS STS API reference). kPermission with what STS says when it refuses. Threads: one at a time.
class StsClient {
 public:
  /// `region` is that of the endpoint, empty for us-east-1; $AWS_ENDPOINT_URL_STS takes its place.
  StsClient(const CredentialSurroundings& surroundings, std::string region);

  Result<SourcedCredentials> assume_role(const RoleWish& wish, const SourcedCredentials& by);
  /// `token` is from an identity provider; the request needs no other credentials.
  Result<SourcedCredentials> assume_role_with_web_identity(const RoleWish& wish, const std::string& token);

 private:
  using Fields = std::vector<std::pair<std::string, std::string>>;
  Result<SourcedCredentials> ask(const Fields& fields, const RoleWish& wish, const AwsCredentials* signer);

  const CredentialSurroundings& surroundings_;
  const std::string region_;
  const std::string endpoint_;  ///< without a slash at its end
};

}  // namespace firn
