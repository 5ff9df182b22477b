#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "config/config.h"
#include "load/snowflake/snowflake_setup.h"

namespace firn {

/// What `firn setup snowflake` is about: the connection, and all repeaters that load into it. `owner` names the data
/// directory.
SnowflakeSetup snowflake_setup_of(const Config& config, const SnowflakeConnection& connection,
                                  const std::string& owner);

/// The policy of the AWS role with which Snowflake reads the bucket: reading and listing below the prefix, nothing else
/// ("Configuring a Snowflake storage integration to access Amazon S3" in the Snowflake documentation).
boost::json::value snowflake_access_policy(const S3Connection& bucket);

/// That role's trust policy: only Snowflake's user, and only with the external id.
boost::json::value snowflake_trust_policy(const std::string& snowflake_user_arn, const std::string& external_id);

}  // namespace firn
