#include "cli/snowflake_documents.h"

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "cli/s3_documents.h"
#include "pipeline/s3_access.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr const char* kPolicyVersion = "2012-10-17";

}  // namespace

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

json::value snowflake_trust_policy(const std::string& snowflake_user_arn,
                                   const std::vector<std::string>& external_ids) {
  const json::value ids = external_ids.size() == 1 ? json::value(external_ids.front()) : json::value_from(external_ids);
  return json::object{
      {"Version", kPolicyVersion},
      {"Statement", json::array{json::object{{"Effect", "Allow"},
                                             {"Principal", {{"AWS", snowflake_user_arn}}},
                                             {"Action", "sts:AssumeRole"},
                                             {"Condition", {{"StringEquals", {{"sts:ExternalId", ids}}}}}}}}};
}

}  // namespace firn
