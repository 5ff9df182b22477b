#include "cli/snowflake_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>

#include "base/digest.h"
#include "cli/s3_documents.h"
#include "model/table.h"
#include "pipeline/snowflake_access.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr const char* kPolicyVersion = "2012-10-17";
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

json::value snowflake_access_policy(const S3Connection& bucket) {
  return json::object{
      {"Version", kPolicyVersion},
      {"Statement",
       json::array{
           json::object{{"Effect", "Allow"},
                        {"Action", json::array{"s3:GetObject", "s3:GetObjectVersion"}},
                        {"Resource", objects_arn(bucket)}},
           json::object{{"Effect", "Allow"},
                        {"Action", json::array{"s3:ListBucket", "s3:GetBucketLocation"}},
                        {"Resource", bucket_arn(bucket)},
                        {"Condition", {{"StringLike", {{"s3:prefix", json::array{prefix_of(bucket) + "*"}}}}}}}}}};
}

json::value snowflake_trust_policy(const std::string& snowflake_user_arn, const std::string& external_id) {
  return json::object{
      {"Version", kPolicyVersion},
      {"Statement", json::array{json::object{{"Effect", "Allow"},
                                             {"Principal", {{"AWS", snowflake_user_arn}}},
                                             {"Action", "sts:AssumeRole"},
                                             {"Condition", {{"StringEquals", {{"sts:ExternalId", external_id}}}}}}}}};
}

}  // namespace firn
