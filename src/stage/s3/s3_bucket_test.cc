#include "stage/s3/s3_bucket.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "platform/http_client.h"
#include "platform/system_clock.h"
#include "tests/standins/s3_server.h"

namespace firn {
namespace {

class S3BucketTest : public testing::Test {
 protected:
  std::string harms(const std::string& rule, const std::string& prefix = "firn/") {
    server_.set_lifecycle(
        "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>first</ID>"
        "<Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></"
        "Rule>" +
        rule + "</LifecycleConfiguration>");
    std::string all;
    const auto rules = bucket_->lifecycle().value();
    for (const S3LifecycleRule& each : rules) {
      all += harm_of(each, prefix, {{"team", "health"}});
    }
    return all;
  }

  SystemClock clock_;
  S3Server server_{clock_};
  std::unique_ptr<S3Bucket> bucket_ = std::make_unique<S3Bucket>(std::make_unique<S3Transport>(
      S3Place{S3Server::kBucket, S3Server::kRegion, server_.endpoint()},
      S3Credentials{[]() -> Result<AwsCredentials> { return S3Server::credentials(); }}, clock_, make_curl_client));
};

std::string rule(const std::string& filter, const std::string& action, const std::string& status = "Enabled") {
  return "<Rule>" + action + "<Status>" + status + "</Status>" + filter + "<ID>sweep</ID></Rule>";
}
const std::string kExpires = "<Expiration><Days>30</Days></Expiration>";

TEST_F(S3BucketTest, SaysWhereItIs) {
  EXPECT_EQ(bucket_->region().value(), S3Server::kRegion);
  server_.answer_next(s3_refusal(404, "NoSuchBucket"));
  EXPECT_EQ(bucket_->region().error().hint, "make the bucket bucket, or correct its name");
}

TEST_F(S3BucketTest, MayHaveNoRules) {
  EXPECT_TRUE(bucket_->lifecycle().value().empty());
  server_.answer_next(s3_refusal(403, "AccessDenied"));
  EXPECT_NE(bucket_->lifecycle().error().hint.find("s3:GetLifecycleConfiguration"), std::string::npos);
}

TEST_F(S3BucketTest, ARuleThatRemovesChunksIsFound) {
  for (const char* filter : {"", "<Filter/>", "<Filter><Prefix>firn/</Prefix></Filter>", "<Prefix>firn/forms/</Prefix>",
                             "<Prefix>f</Prefix>", "<Filter><Tag><Key>team</Key><Value>health</Value></Tag></Filter>",
                             "<Filter><And><Prefix>firn/</Prefix><Tag><Key>team</Key><Value>health</Value></Tag></And>"
                             "</Filter>"}) {
    EXPECT_EQ(harms(rule(filter, kExpires)), "the rule \"sweep\" removes chunks by their age, loaded or not") << filter;
  }
  EXPECT_NE(harms(rule("", "<Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration>")), "");
}

TEST_F(S3BucketTest, ARuleThatFreezesChunksIsFound) {
  EXPECT_NE(harms(rule("", "<Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>")), "");
  EXPECT_EQ(harms(rule("", "<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>")), "");
}

TEST_F(S3BucketTest, OtherRulesDoNoHarm) {
  EXPECT_EQ(harms(rule("", kExpires, "Disabled")), "");
  EXPECT_EQ(harms(rule("<Filter><Prefix>other/</Prefix></Filter>", kExpires)), "");
  EXPECT_EQ(harms(rule("<Filter><Tag><Key>team</Key><Value>other</Value></Tag></Filter>", kExpires)), "");
  EXPECT_EQ(harms(rule("",
                       "<NoncurrentVersionExpiration><NoncurrentDays>7</NoncurrentDays>"
                       "</NoncurrentVersionExpiration>")),
            "");
  EXPECT_EQ(harms(rule("",
                       "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
                       "</AbortIncompleteMultipartUpload>")),
            "");
  EXPECT_EQ(harms(rule("", "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>")),
            "");
}

TEST_F(S3BucketTest, AnAnswerThatIsNoneIsNoGoodBucket) {
  for (const char* answer :
       {"<Rule><Status>", "<html>a proxy's page</html>",
        "<LifecycleConfiguration><x:Rule xmlns:x=\"y\"><ID>1</ID></x:Rule></LifecycleConfiguration>"}) {
    server_.set_lifecycle(answer);
    const auto rules = bucket_->lifecycle();
    ASSERT_FALSE(rules) << answer;
    EXPECT_EQ(rules.error().kind, ErrorKind::kUnavailable);
  }
  server_.set_lifecycle("<LifecycleConfiguration/>");
  EXPECT_TRUE(bucket_->lifecycle().value().empty());
}

}  // namespace
}  // namespace firn
