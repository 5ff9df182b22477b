#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "config/config.h"

namespace firn {

/// The policy of the AWS role with which Snowflake reads the bucket: reading and listing below the prefix, nothing else
/// ("Configuring a Snowflake storage integration to access Amazon S3" in the Snowflake documentation).
boost::json::value snowflake_access_policy(const S3Connection& bucket);

/// That role's trust policy: only Snowflake's user, and only with one of the external ids.
boost::json::value snowflake_trust_policy(const std::string& snowflake_user_arn,
                                          const std::vector<std::string>& external_ids);

}  // namespace firn
