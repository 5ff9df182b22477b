#include "stage/s3/s3_transport.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "platform/http_client.h"
#include "platform/system_clock.h"
#include "tests/standins/s3_server.h"

namespace firn {
namespace {

class S3TransportTest : public testing::Test {
 protected:
  std::unique_ptr<S3Transport> open() {
    S3Credentials credentials;
    credentials.get = [this]() -> Result<AwsCredentials> { return credentials_; };
    credentials.refused = [this](const AwsCredentials& used) {
      ++refused_;
      EXPECT_EQ(used.session_token, "old");
      credentials_.session_token = renewed_;
    };
    return std::make_unique<S3Transport>(place_, std::move(credentials), clock_, make_curl_client);
  }
  static int status_of(S3Transport& transport, const std::string& method = "HEAD") {
    const auto reply = transport.send(transport.request(method, "key"), {});
    EXPECT_TRUE(reply) << reply.error().message();
    return reply ? reply->status : 0;
  }

  SystemClock clock_;
  S3Server server_{clock_};
  S3Place place_{S3Server::kBucket, S3Server::kRegion, server_.endpoint()};
  AwsCredentials credentials_ = S3Server::credentials();
  std::string renewed_;
  std::size_t refused_ = 0;
};

TEST_F(S3TransportTest, FindsOutWhereTheBucketIs) {
  place_.region = "";
  const auto transport = open();
  EXPECT_EQ(status_of(*transport), 404);
  EXPECT_EQ(server_.requests(), 2U);
  EXPECT_EQ(status_of(*transport), 404);
  EXPECT_EQ(server_.requests(), 3U) << "it stays known";
}

TEST_F(S3TransportTest, DoesNotOverruleTheRegionThatWasSet) {
  place_.region = "us-east-1";
  EXPECT_EQ(status_of(*open()), 400);
  EXPECT_EQ(server_.requests(), 1U);
}

TEST_F(S3TransportTest, ARegionThatIsNoneIsNotLearnt) {
  place_.region = "";
  const auto transport = open();
  HttpResponse hostile = s3_refusal(301, "PermanentRedirect");
  hostile.headers.emplace_back("x-amz-bucket-region", "evil.example/");
  server_.answer_next(hostile);
  EXPECT_EQ(status_of(*transport), 301);
  EXPECT_EQ(status_of(*transport), 404);
  EXPECT_EQ(server_.requests(), 3U) << "the first one taught the region";
}

TEST_F(S3TransportTest, TheBucketMayStandInTheHostsName) {
  place_.endpoint = server_.named_endpoint();
  place_.addressing = S3Addressing::kVirtualHost;
  EXPECT_EQ(status_of(*open()), 404);
}

TEST_F(S3TransportTest, CredentialsThatHaveEndedAreRenewedOnce) {
  server_.want_token("new");
  credentials_.session_token = "old";
  renewed_ = "new";
  for (const char* method : {"GET", "HEAD"}) {
    credentials_.session_token = "old";
    EXPECT_EQ(status_of(*open(), method), 404) << method;
  }
  EXPECT_EQ(refused_, 2U);
  EXPECT_EQ(server_.requests(), 4U);
}

TEST_F(S3TransportTest, RenewedCredentialsThatHaveEndedTooAreNotRenewedAgain) {
  server_.want_token("new");
  credentials_.session_token = "old";
  renewed_ = "old";
  EXPECT_EQ(status_of(*open(), "GET"), 400);
  EXPECT_EQ(refused_, 1U);
  EXPECT_EQ(server_.requests(), 2U);
}

TEST_F(S3TransportTest, KeysThatDoNotEndAreNotRenewed) {
  server_.want_token("new");
  EXPECT_EQ(status_of(*open(), "GET"), 400);
  EXPECT_EQ(refused_, 0U);
  EXPECT_EQ(server_.requests(), 1U);
}

}  // namespace
}  // namespace firn
