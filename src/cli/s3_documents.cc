#include "cli/s3_documents.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/s3_access.h"

namespace firn {
namespace {

namespace json = boost::json;
using json::array;
using json::object;

constexpr const char* kPolicyVersion = "2012-10-17";

std::string partition_of(const S3Connection& connection) {
  if (connection.region.starts_with("cn-")) {
    return "aws-cn";
  }
  return connection.region.starts_with("us-gov-") ? "aws-us-gov" : "aws";
}

}  // namespace

std::string bucket_arn(const S3Connection& connection) {
  return fmt::format("arn:{}:s3:::{}", partition_of(connection), connection.bucket);
}

std::string objects_arn(const S3Connection& connection) {
  return fmt::format("{}/{}*", bucket_arn(connection), prefix_of(connection));
}

namespace {

bool has_kms_key(const S3Connection& connection) { return connection.kms_key.starts_with("arn:"); }

object writer_policy(const S3Connection& connection) {
  array objects{"s3:PutObject", "s3:GetObject", "s3:DeleteObject"};
  if (!connection.tags.empty()) {
    objects.emplace_back("s3:PutObjectTagging");
  }
  // A look at one missing object is answered 404 only with this right, and brings no prefix with it: "IfExists".
  object list{{"Sid", "List"}, {"Effect", "Allow"}, {"Action", "s3:ListBucket"}, {"Resource", bucket_arn(connection)}};
  if (!connection.prefix.empty()) {
    list["Condition"] = {{"StringLikeIfExists", {{"s3:prefix", prefix_of(connection) + "*"}}}};
  }
  array statements{
      object{{"Sid", "Objects"}, {"Effect", "Allow"}, {"Action", objects}, {"Resource", objects_arn(connection)}},
      std::move(list),
      object{{"Sid", "Check"},
             {"Effect", "Allow"},
             {"Action", "s3:GetLifecycleConfiguration"},
             {"Resource", bucket_arn(connection)}}};
  if (has_kms_key(connection)) {
    statements.push_back(object{{"Sid", "Key"},
                                {"Effect", "Allow"},
                                {"Action", array{"kms:GenerateDataKey", "kms:Decrypt"}},
                                {"Resource", connection.kms_key}});
  }
  return {{"Version", kPolicyVersion}, {"Statement", std::move(statements)}};
}

object denial(const char* sid, json::value action, json::value resource, object condition) {
  return {{"Sid", sid},           {"Effect", "Deny"},
          {"Principal", "*"},     {"Action", std::move(action)},
          {"Resource", resource}, {"Condition", std::move(condition)}};
}

object bucket_policy(const S3Connection& connection) {
  const array everything{bucket_arn(connection), bucket_arn(connection) + "/*"};
  return {
      {"Version", kPolicyVersion},
      {"Statement",
       array{denial("OnlyEncryptedConnections", "s3:*", everything, {{"Bool", {{"aws:SecureTransport", "false"}}}}),
             denial("OnlyTls12AndLater", "s3:*", everything, {{"NumericLessThan", {{"s3:TlsVersion", "1.2"}}}}),
             denial("NeverOverwriteChunks", "s3:PutObject", json::value(objects_arn(connection)),
                    {{"Null", {{"s3:if-none-match", "true"}}}, {"Bool", {{"s3:ObjectCreationOperation", "true"}}}})}}};
}

object lifecycle(const S3Connection& connection) {
  return {{"Rules", array{object{{"ID", "firn-leftovers"},
                                 {"Status", "Enabled"},
                                 {"Filter", {{"Prefix", prefix_of(connection)}}},
                                 {"NoncurrentVersionExpiration", {{"NoncurrentDays", 7}}},
                                 {"AbortIncompleteMultipartUpload", {{"DaysAfterInitiation", 1}}}}}}};
}

object encryption(const S3Connection& connection) {
  object standard{{"SSEAlgorithm", connection.encryption.empty() ? "AES256" : connection.encryption}};
  if (!connection.kms_key.empty()) {
    standard["KMSMasterKeyID"] = connection.kms_key;
  }
  object rule{{"ApplyServerSideEncryptionByDefault", std::move(standard)}};
  if (connection.encryption == "aws:kms") {
    rule["BucketKeyEnabled"] = true;  // a fraction of the calls to KMS, which have a price each
  }
  return {{"Rules", array{std::move(rule)}}};
}

std::string bucket_command(const S3Connection& connection, const std::string& call, const std::string& option,
                           const std::string& file) {
  return fmt::format("aws s3api {} --bucket {} --{} file://{}.json", call, connection.bucket, option, file);
}

}  // namespace

std::vector<S3Document> s3_documents(const S3Connection& connection) {
  return {{"writer-policy", "What the user or role that Firn uses may do, and nothing else",
           "IAM > Policies > Create policy > JSON; then attach it to the user or role",
           fmt::format("aws iam create-policy --policy-name firn-{} --policy-document file://writer-policy.json",
                       connection.name.str()),
           writer_policy(connection)},
          {"bucket-policy", "Only encrypted connections; a chunk is never overwritten, whoever writes",
           "S3 > the bucket > Permissions > Bucket policy",
           bucket_command(connection, "put-bucket-policy", "policy", "bucket-policy"), bucket_policy(connection)},
          {"lifecycle",
           "Removes old versions and abandoned uploads; never a current object: only Firn knows what is loaded",
           "S3 > the bucket > Management > Lifecycle rules",
           bucket_command(connection, "put-bucket-lifecycle-configuration", "lifecycle-configuration", "lifecycle"),
           lifecycle(connection)},
          {"encryption", "How the bucket keeps what comes without a wish of its own",
           "S3 > the bucket > Properties > Default encryption",
           bucket_command(connection, "put-bucket-encryption", "server-side-encryption-configuration", "encryption"),
           encryption(connection)},
          {"public-access", "Nobody outside the account can be let in by mistake",
           "S3 > the bucket > Permissions > Block public access",
           bucket_command(connection, "put-public-access-block", "public-access-block-configuration", "public-access"),
           object{{"BlockPublicAcls", true},
                  {"IgnorePublicAcls", true},
                  {"BlockPublicPolicy", true},
                  {"RestrictPublicBuckets", true}}},
          {"ownership", "All objects belong to the account, and old-style access lists are off",
           "S3 > the bucket > Permissions > Object Ownership",
           bucket_command(connection, "put-bucket-ownership-controls", "ownership-controls", "ownership"),
           object{{"Rules", array{object{{"ObjectOwnership", "BucketOwnerEnforced"}}}}}}};
}

}  // namespace firn
