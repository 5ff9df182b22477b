// What S3Stage makes of connections that break, at every phase of a call.
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "base/digest.h"
#include "platform/file_system.h"
#include "platform/http_client.h"
#include "platform/system_clock.h"
#include "stage/s3/s3_client.h"
#include "stage/s3/s3_stage.h"
#include "tests/standins/cut_proxy.h"
#include "tests/standins/s3_server.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

/// A stage behind a proxy that cuts connections; each test's first call has a new one.
class S3Faults : public testing::TestWithParam<std::size_t> {
 protected:
  S3Faults() { EXPECT_TRUE(files_.create_directories("/chunks")); }

  /// One without an open connection.
  std::unique_ptr<S3Stage> open() {
    auto transport = std::make_unique<S3Transport>(
        S3Place{S3Server::kBucket, S3Server::kRegion, proxy_.url()},
        S3Credentials{[]() -> Result<AwsCredentials> { return S3Server::credentials(); }}, clock_, make_curl_client);
    return std::make_unique<S3Stage>(files_, std::make_unique<S3Client>(std::move(transport), S3Writing()), "firn");
  }

  Result<PutOutcome> put(const std::string& content) {
    EXPECT_TRUE(replace_file(files_, "/chunks/local", content));
    ObjectMetadata metadata;
    metadata.bytes = content.size();
    metadata.file_digest = sha256(content);
    metadata.content_digest = sha256("rows of " + content);
    return stage_->put(key_, "/chunks/local", metadata);
  }
  /// Either it is known to have succeeded, or to be tried again; never anything else.
  void put_through_a_cut() {
    const auto outcome = put(content_);
    EXPECT_TRUE(outcome || outcome.error().is_passing()) << outcome.error().message();
    const auto again = put(content_);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(*again == PutOutcome::kAlreadyThere, there_after_the_cut_);
    EXPECT_EQ(server_.objects().at("firn/forms/a").bytes, content_);
  }

  SystemClock clock_;
  SimulatedFileSystem files_;
  S3Server server_{clock_};
  CutProxy proxy_{server_.port()};
  const std::unique_ptr<S3Stage> stage_ = open();
  const ObjectKey key_{"forms/a"};
  const std::string content_ = std::string(300'000, 'x');
  bool there_after_the_cut_ = false;
};

class CutRequest : public S3Faults {};
TEST_P(CutRequest, StoresNothingAndIsSentAgain) {
  proxy_.cut_next(GetParam(), CutProxy::kAll);
  put_through_a_cut();
}
INSTANTIATE_TEST_SUITE_P(Phases, CutRequest, testing::Values(0, 1, 200, 700, 5'000, 150'000, 300'000));

class CutAnswer : public S3Faults {};
TEST_P(CutAnswer, ToACompletedPutIsNoSecondObject) {
  proxy_.cut_next(CutProxy::kAll, GetParam());
  there_after_the_cut_ = true;
  put_through_a_cut();
}
TEST_P(CutAnswer, ToALookIsNoOtherObject) {
  ASSERT_TRUE(put(content_));
  const auto fresh = open();
  proxy_.cut_next(CutProxy::kAll, GetParam());
  const auto found = fresh->head(key_);
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().is_passing()) << found.error().message();
  EXPECT_TRUE(fresh->head(key_));
}
TEST_P(CutAnswer, ToAListIsNoShortList) {
  ASSERT_TRUE(put(content_));
  const auto fresh = open();
  proxy_.cut_next(CutProxy::kAll, GetParam());
  const auto page = fresh->list("", {}, 10);
  ASSERT_FALSE(page);
  EXPECT_TRUE(page.error().is_passing());
  EXPECT_EQ(fresh->list("", {}, 10).value().objects.size(), 1U);
}
// Of the answer to the put only its head comes, which is about 150 bytes long.
INSTANTIATE_TEST_SUITE_P(Phases, CutAnswer, testing::Values(1, 9, 40, 100, 130));

class CutDownload : public S3Faults {};
TEST_P(CutDownload, IsFetchedAgain) {
  ASSERT_TRUE(put(content_));
  proxy_.cut_next(CutProxy::kAll, GetParam());
  const auto fresh = open();
  const auto fetched = fresh->fetch(key_, "/chunks/copy");
  ASSERT_FALSE(fetched);
  EXPECT_TRUE(fetched.error().is_passing()) << fetched.error().message();
  ASSERT_TRUE(fresh->fetch(key_, "/chunks/copy"));
  EXPECT_EQ(read_file(files_, "/chunks/copy", content_.size()), content_);
}
INSTANTIATE_TEST_SUITE_P(Phases, CutDownload, testing::Values(1, 100, 1'000, 200'000));

}  // namespace
}  // namespace firn
