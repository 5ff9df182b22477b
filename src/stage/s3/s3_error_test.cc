#include "stage/s3/s3_error.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "platform/http_client.h"

namespace firn {
namespace {

const S3Question kPut{"put", "s3:PutObject", "health", "forms/a.csv.zst"};

Error of(int status, const std::string& code, const std::string& region = "") {
  HttpReply reply;
  reply.status = status;
  if (!code.empty()) {
    reply.body = "<?xml version=\"1.0\"?>\n<Error><Code>" + code + "</Code><Message>Some words.</Message></Error>";
  }
  if (!region.empty()) {
    reply.headers.emplace_back("x-amz-bucket-region", region);
  }
  return s3_error(reply, kPut);
}

TEST(S3Error, NamesTheMissingPermission) {
  const Error error = of(403, "AccessDenied");
  EXPECT_EQ(error.kind, ErrorKind::kPermission);
  EXPECT_EQ(
      error.message(),
      "put health/forms/a.csv.zst: S3 answered 403 AccessDenied: Some words. (allow s3:PutObject on "
      "arn:aws:s3:::health and what lies in it to the user or role that Firn uses (firn setup s3 prints its policy); "
      "no other policy may deny it)");
}

TEST(S3Error, TellsPassingFailuresFromThoseThatAPersonMends) {
  for (const auto& [status, code] : {std::pair{503, "SlowDown"},
                                     {500, "InternalError"},
                                     {400, "RequestTimeout"},
                                     {503, "ServiceUnavailable"},
                                     {502, ""},
                                     {504, "Whatever"},
                                     {429, ""},
                                     {400, "KMS.ThrottlingException"},
                                     {307, ""}}) {
    EXPECT_TRUE(of(status, code).is_passing()) << code;
  }
  for (const auto& [status, code] : {std::pair{404, "NoSuchBucket"},
                                     {403, "SignatureDoesNotMatch"},
                                     {403, "InvalidAccessKeyId"},
                                     {403, "RequestTimeTooSkewed"},
                                     {400, "KMS.NotFoundException"},
                                     {403, ""},
                                     {501, "NotImplemented"},
                                     {400, ""},
                                     {400, "NeverHeard"},
                                     {409, "ObjectParentIsFile"},
                                     {404, "NeverHeard"}}) {
    const Error error = of(status, code);
    EXPECT_FALSE(error.is_passing()) << code;
    EXPECT_TRUE(!error.hint.empty() || status == 400 || status == 409) << code;
  }
}

TEST(S3Error, SaysWhichRegionTheBucketIsIn) {
  EXPECT_EQ(of(301, "PermanentRedirect", "eu-west-1").hint, "set the region of the bucket health (it is eu-west-1)");
  EXPECT_EQ(of(301, "", "eu-west-1").kind, ErrorKind::kConfiguration);
}

TEST(S3Error, KnowsTheOutcomesOfAConditionalPut) {
  EXPECT_EQ(of(412, "PreconditionFailed").kind, ErrorKind::kAlreadyExists);
  EXPECT_EQ(of(409, "ConditionalRequestConflict").kind, ErrorKind::kBusy);
  EXPECT_EQ(of(400, "BadDigest").kind, ErrorKind::kDamaged);
  EXPECT_EQ(of(404, "NoSuchKey").kind, ErrorKind::kNotFound);
  EXPECT_EQ(of(404, "").kind, ErrorKind::kNotFound) << "to HEAD there is no code";
}

TEST(S3Error, ReadsNoMoreThanItShould) {
  HttpReply reply;
  reply.status = 503;
  reply.body = "<html>a proxy's page";
  EXPECT_EQ(s3_error(reply, kPut).reason, "S3 answered 503");
  reply.body = "<Error><Code>SlowDown</Code><Message>" + std::string(5000, 'x') + "</Message></Error>";
  EXPECT_LT(s3_error(reply, kPut).reason.size(), 400U);
}

}  // namespace
}  // namespace firn
