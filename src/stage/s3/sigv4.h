#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace firn {

/// A request to Amazon, as it will be sent, before it is encoded.
struct AwsRequest {
  std::string method = "GET";
  std::string host;        ///< with the port, unless that is the scheme's own
  std::string path = "/";  ///< not encoded
  /// Not encoded, in any order. A parameter without value (`?lifecycle`) has none.
  std::vector<std::pair<std::string, std::optional<std::string>>> query;
  std::vector<std::pair<std::string, std::string>> headers;  ///< all but Host; every one of them is signed
  /// SHA-256 of the body in hexadecimal, or one of the words that Amazon knows instead.
  std::string payload_sha256;
};

struct AwsCredentials {
  std::string key_id;
  std::string secret;
  std::string session_token;  ///< of temporary credentials; else empty
};

/// What a signature is good for: a day, a region and a service; Amazon allows 15 minutes from `at`.
struct AwsScope {
  std::string region;
  std::string service = "s3";
  Timestamp at;
};

/// The path and the query, encoded in the one way that the signature is made of.
std::string aws_target(const AwsRequest& request);

/// Adds `x-amz-date`, for temporary credentials `x-amz-security-token`, and `Authorization`: Signature Version 4 in
/// headers, as S3 wants it: every byte but unreserved characters and the slashes of the path is encoded once, and the
/// path is not normalised ("Authenticating Requests: Using the Authorization Header" in the Amazon S3 API reference).
/// S3 also wants `x-amz-content-sha256` among the headers. Secrets are in no error and no log: there are none here.
void sign_aws(AwsRequest& request, const AwsCredentials& credentials, const AwsScope& scope);

}  // namespace firn
