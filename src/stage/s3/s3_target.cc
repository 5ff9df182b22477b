#include "stage/s3/s3_target.h"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace firn {
namespace {

S3Target amazon(const S3Place& place, std::string_view region) {
  return {"https",
          fmt::format("s3{}{}.{}.amazonaws.com{}", place.fips ? "-fips" : "", place.dual_stack ? ".dualstack" : "",
                      region, region.starts_with("cn-") ? ".cn" : ""),
          "/"};
}

S3Target other(std::string_view endpoint) {
  S3Target target;
  if (const std::size_t end = endpoint.find("://"); end != std::string_view::npos) {
    target.scheme = endpoint.substr(0, end);
    endpoint.remove_prefix(end + 3);
  }
  endpoint = endpoint.substr(0, endpoint.find('/'));
  const std::string_view own_port = target.scheme == "http" ? ":80" : ":443";
  target.host = endpoint.ends_with(own_port) ? endpoint.substr(0, endpoint.size() - own_port.size()) : endpoint;
  return target;
}

/// Amazon's certificates are good for one name before `s3`, so not for a bucket with a dot.
bool goes_into_host(const S3Place& place) {
  return place.addressing == S3Addressing::kVirtualHost ||
         (place.addressing == S3Addressing::kAuto && place.endpoint.empty() && !place.bucket.contains('.'));
}

}  // namespace

S3Target s3_target(const S3Place& place, std::string_view region) {
  S3Target target = place.endpoint.empty() ? amazon(place, region) : other(place.endpoint);
  if (goes_into_host(place)) {
    target.host = place.bucket + "." + target.host;
  } else {
    target.root = "/" + place.bucket + "/";
  }
  return target;
}

}  // namespace firn
