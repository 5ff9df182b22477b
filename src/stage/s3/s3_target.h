#pragma once

#include <string>
#include <string_view>

namespace firn {

/// Where the name of the bucket goes.
enum class S3Addressing {
  kAuto,         ///< kVirtualHost at Amazon's own endpoints unless the bucket has a dot; else kPath
  kVirtualHost,  ///< into the host's name
  kPath,         ///< into the path
};

/// Which bucket, and how it is reached.
struct S3Place {
  std::string bucket = {};
  std::string region = {};  ///< empty: found out from S3's answers, beginning with us-east-1
  std::string endpoint =
      {};  ///< `https://host[:port]` of another server or of an interface endpoint; empty: Amazon's own
  S3Addressing addressing = S3Addressing::kAuto;
  bool fips = false;        ///< Amazon's endpoints with validated cryptography
  bool dual_stack = false;  ///< Amazon's endpoints that have IPv6 too
};

/// Where requests go.
struct S3Target {
  std::string scheme = "https";
  std::string host;  ///< as it is sent and signed: without the scheme's own port
  std::string root = "/";
};

/// Hosts are those of "Amazon Simple Storage Service endpoints and quotas" in the AWS general reference.
S3Target s3_target(const S3Place& place, std::string_view region);

}  // namespace firn
