#pragma once

#include "base/result.h"
#include "stage/s3/credentials/aws_credential_source.h"

namespace firn {

// Credentials that the machine around Firn gives, each asked once by a call of its function. kNotFound: there is no
// such thing here.

/// $AWS_ACCESS_KEY_ID, $AWS_SECRET_ACCESS_KEY, $AWS_SESSION_TOKEN.
Result<SourcedCredentials> environment_credentials(const CredentialSurroundings& surroundings);

/// The role of an ECS task or of an EKS pod, from the address in $AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI
/// ("Container credential provider" in the AWS SDKs and Tools reference). Over plain HTTP only this machine and
/// Amazon's link-local addresses are asked, so that the token in $AWS_CONTAINER_AUTHORIZATION_TOKEN[_FILE] goes nowhere
/// else.
Result<SourcedCredentials> container_credentials(const CredentialSurroundings& surroundings);

/// The role of an EC2 instance, from its metadata service, version 2 only. It answers within two seconds, or there is
/// none. $AWS_EC2_METADATA_DISABLED, _SERVICE_ENDPOINT and _SERVICE_ENDPOINT_MODE are heeded.
Result<SourcedCredentials> instance_credentials(const CredentialSurroundings& surroundings);

/// What a program prints ("Process credential provider", as above): run without a shell, its words split as a shell
/// would, for a minute at most. `place` is where it is configured.
Result<SourcedCredentials> process_credentials(const CredentialSurroundings& surroundings, const std::string& command,
                                               const std::string& place);

}  // namespace firn
