#pragma once

#include <memory>
#include <string>

#include "stage/s3/credentials/aws_credential_source.h"

namespace firn {

struct CredentialChoice {
  std::string profile;  ///< only this one; empty: the standard order
  std::string region;   ///< of the security token service; empty: us-east-1
};

/// Looks where every AWS tool looks, in the standard order, each time that it is asked: environment, the profile of
/// $AWS_PROFILE or `default`, web identity, container, instance. The first place that has credentials is taken; when
/// they cannot be had there, that is the error, and no other place is asked.
std::unique_ptr<AwsCredentialSource> make_credential_chain(CredentialSurroundings surroundings,
                                                           CredentialChoice choice);

/// Always these.
std::unique_ptr<AwsCredentialSource> make_fixed_credentials(AwsCredentials keys, std::string source);

}  // namespace firn
