#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "stage/s3/credentials/aws_credential_source.h"

namespace firn {

/// How the names of the fields are written: by a program (`credential_process`) or by the services of a machine.
enum class CredentialNames { kProcess, kService };

/// Reads `{"AccessKeyId", "SecretAccessKey", "SessionToken" or "Token", "Expiration"}`. `source` is for people.
/// kUnavailable names the field that is missing or wrong; values are not shown.
Result<SourcedCredentials> read_credential_json(std::string_view text, CredentialNames names, std::string source);

}  // namespace firn
