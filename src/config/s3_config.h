#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "config/http_way.h"
#include "config/secret.h"
#include "model/names.h"

namespace firn {

/// A stage that is a bucket of Amazon S3 or of a compatible server.
struct S3Connection {
  ConnectionName name;
  std::string bucket;
  std::string prefix;    ///< before every key: empty, or names with `/` between them and none at the ends
  std::string region;    ///< empty: found out
  std::string endpoint;  ///< `https://host[:port]`; empty: Amazon's own
  std::string addressing = "auto";
  bool fips = false;
  bool dual_stack = false;

  HttpWay way;

  std::string access_key_id;  ///< empty: the standard chain of AWS tools
  Secret secret_access_key;
  Secret session_token;
  std::string profile;  ///< of the AWS configuration files; empty: what the environment says

  std::string encryption;
  std::string kms_key;
  std::string storage_class;
  std::vector<std::pair<std::string, std::string>> tags;

  std::uint64_t uploads = 4;     ///< chunks of a repeater that are sent side by side
  std::string snowflake_region;  ///< of the account that will read the bucket, like `eu-central-1`; may be empty

  /// `s3://bucket/prefix`.
  [[nodiscard]] std::string url() const { return "s3://" + bucket + (prefix.empty() ? "" : "/" + prefix); }
};

}  // namespace firn
