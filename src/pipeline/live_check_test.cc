#include "pipeline/live_check.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "config/secret.h"
#include "platform/file_system.h"
#include "platform/process.h"
#include "platform/system_clock.h"
#include "tests/standins/s3_server.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

class LiveCheckTest : public testing::Test {
 protected:
  LiveCheckTest() {
    config_.data_dir = folder_ / "data";
    S3Connection s3;
    s3.name = ConnectionName("lake");
    s3.bucket = S3Server::kBucket;
    s3.prefix = "firn";
    s3.endpoint = server_.endpoint();
    s3.access_key_id = S3Server::credentials().key_id;
    s3.secret_access_key = Secret(S3Server::credentials().secret);
    config_.buckets.push_back(s3);
  }

  /// `result: what was found` of one thing that was looked at; empty when it was not.
  std::string finding(const std::string& what) {
    const Environment environment = [](const std::string& name) {
      return name == "AWS_EC2_METADATA_DISABLED" ? std::optional<std::string>("true") : std::nullopt;
    };
    const auto reports = check_live(config_, {*files_, *launcher_, clock_, environment});
    is_good_ = is_good(reports);
    for (const LiveFinding& each : reports.at(0).findings) {
      if (each.what == what) {
        const char* const word = each.kind == LiveFinding::Kind::kGood      ? "good: "
                                 : each.kind == LiveFinding::Kind::kWarning ? "warning: "
                                                                            : "wrong: ";
        return word + each.found + (each.hint.empty() ? "" : " -> " + each.hint);
      }
    }
    return "";
  }
  S3Connection& s3() { return config_.buckets.front(); }

  TemporaryDirectory folder_;
  std::unique_ptr<FileSystem> files_ = make_posix_file_system();
  std::unique_ptr<ProcessLauncher> launcher_ = make_process_launcher();
  SystemClock clock_;
  S3Server server_{clock_};
  Config config_;
  bool is_good_ = false;
};

TEST_F(LiveCheckTest, IsGoodAndLeavesNothing) {
  EXPECT_EQ(finding("bucket"), "good: it is in eu-central-1");
  EXPECT_TRUE(is_good_);
  EXPECT_EQ(finding("lifecycle"), "good: no rule removes chunks");
  EXPECT_EQ(finding("remove"), "good: works");
  EXPECT_TRUE(server_.objects().empty());
}

TEST_F(LiveCheckTest, FailsWhenALifecycleRuleWouldRemoveChunks) {
  server_.set_lifecycle(
      "<LifecycleConfiguration><Rule><ID>tidy</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>"
      "<Expiration><Days>30</Days></Expiration></Rule></LifecycleConfiguration>");
  EXPECT_EQ(finding("lifecycle"),
            "wrong: the rule \"tidy\" removes chunks by their age, loaded or not -> take s3://bucket/firn out of that "
            "rule: only Firn knows what is loaded");
  EXPECT_FALSE(is_good_);
}

TEST_F(LiveCheckTest, WarnsWhenSnowflakeIsInAnotherRegion) {
  s3().snowflake_region = "us-west-2";
  EXPECT_TRUE(finding("bucket").starts_with("warning: it is in eu-central-1, the Snowflake account in us-west-2"));
  EXPECT_TRUE(is_good_);
  s3().snowflake_region = "eu-central-1";
  EXPECT_EQ(finding("bucket"), "good: it is in eu-central-1");
}

TEST_F(LiveCheckTest, NamesTheRightRegion) {
  s3().region = "us-east-1";
  EXPECT_NE(finding("bucket").find("(it is eu-central-1)"), std::string::npos);
  EXPECT_EQ(finding("write"), "");
  EXPECT_FALSE(is_good_);
}

TEST_F(LiveCheckTest, SaysWhichPermissionIsMissing) {
  server_.forbid("PUT");
  EXPECT_NE(finding("write").find("allow s3:PutObject on arn:aws:s3:::bucket"), std::string::npos);
  EXPECT_EQ(finding("remove"), "") << "nothing was written";
  server_.forbid("POST");
  EXPECT_NE(finding("remove").find("allow s3:DeleteObject"), std::string::npos);
  EXPECT_FALSE(is_good_);
}

TEST_F(LiveCheckTest, WritesNothingWhereSomebodyElseIsTheOwner) {
  S3ServerObject owner;
  owner.bytes = "{\"instance\":\"another\"}\n";
  owner.metadata["x-amz-meta-firn"] =
      R"({"rows":0,"first":0,"last":0,"content_sha256":")" + to_hex(sha256(owner.bytes)) + R"(","file_sha256":")" +
      to_hex(sha256(owner.bytes)) + R"(","bytes":)" + std::to_string(owner.bytes.size()) + R"(,"definition":"mark"})";
  server_.set_object("firn/_firn/owner", owner);
  EXPECT_NE(finding("owner").find("belongs to another data directory of Firn (another)"), std::string::npos);
  EXPECT_EQ(finding("write"), "");
  EXPECT_EQ(server_.objects().size(), 1U);
}

TEST_F(LiveCheckTest, SaysWhereItLookedForCredentials) {
  s3().access_key_id = "";
  EXPECT_TRUE(finding("credentials").starts_with("wrong: find AWS credentials: there are none in the environment"));
  EXPECT_EQ(server_.requests(), 0U);
}

TEST_F(LiveCheckTest, ADirectoryIsTriedToo) {
  config_.buckets.clear();
  config_.directories.push_back({ConnectionName("folder"), folder_ / "stage", "x"});
  EXPECT_EQ(finding("write once"), "good: works");
  EXPECT_TRUE(is_good_);
}

}  // namespace
}  // namespace firn
