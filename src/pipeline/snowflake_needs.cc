#include "pipeline/snowflake_needs.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/digest.h"
#include "model/table.h"
#include "pipeline/s3_access.h"
#include "pipeline/snowflake_access.h"

namespace firn {
namespace {

constexpr const char* kUnknownRole = "arn:aws:iam::<account number>:role/<role for Snowflake>";

/// An id of our own stays the same when the integration is made again, and so does the trust policy.
std::string external_id_of(const SnowflakeConnection& connection, const S3Connection& bucket) {
  if (!connection.external_id.empty()) {
    return connection.external_id;
  }
  return "firn_" + to_hex(sha256(connection.account.token_name + " " + bucket.url())).substr(0, 24);
}

SnowflakeSetup::Bucket bucket_of(const SnowflakeConnection& connection, const S3Connection& bucket) {
  return {external_stage_name(bucket.name), fmt::format("s3://{}/{}", bucket.bucket, prefix_of(bucket)),
          connection.aws_role.empty() ? kUnknownRole : connection.aws_role, external_id_of(connection, bucket)};
}

}  // namespace

SnowflakeSetup snowflake_setup_of(const Config& config, const SnowflakeConnection& connection,
                                  const std::string& owner) {
  SnowflakeSetup setup;
  setup.user = connection.user;
  setup.role = connection.role;
  setup.warehouse = connection.warehouse;
  setup.suspends_warehouse = connection.dedicated;
  setup.database = connection.database;
  setup.schema = connection.schema;
  setup.owner = owner;
  for (const auto& key : connection.keys) {
    setup.public_keys.push_back(key->public_key());
  }
  for (const RepeaterConfig& repeater : config.repeaters) {
    if (repeater.destination != connection.name) {
      continue;
    }
    const SnowflakePlace place = place_of(repeater, connection);
    setup.file_format = place.file_format;
    setup.tables.push_back({table_of(repeater.kind, repeater.table), place});
    const auto bucket = std::ranges::find(config.buckets, repeater.stage, &S3Connection::name);
    if (std::ranges::find(setup.buckets, place.stage, &SnowflakeSetup::Bucket::name) == setup.buckets.end()) {
      setup.buckets.push_back(bucket_of(connection, *bucket));
    }
  }
  return setup;
}

}  // namespace firn
