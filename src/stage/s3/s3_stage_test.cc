// What S3 adds to what every stage does (tests/contract/stage_contract_test.cc).
#include "stage/s3/s3_stage.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "platform/file_system.h"
#include "platform/http_client.h"
#include "platform/system_clock.h"
#include "stage/s3/s3_client.h"
#include "tests/standins/s3_server.h"
#include "tests/support/manual_clock.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

class S3StageTest : public testing::Test {
 protected:
  S3StageTest() {
    EXPECT_TRUE(files_.create_directories("/chunks"));
    open();
  }

  void open() {
    stage_ = open(clock_, [this]() -> Result<AwsCredentials> { return credentials_; });
  }

  std::unique_ptr<S3Stage> open(const Clock& clock, std::function<Result<AwsCredentials>()> credentials) {
    auto transport =
        std::make_unique<S3Transport>(place_, S3Credentials{std::move(credentials)}, clock, make_curl_client);
    auto client = std::make_unique<S3Client>(std::move(transport), writing_);
    return std::make_unique<S3Stage>(files_, std::move(client), "firn");
  }

  Result<PutOutcome> put(const std::string& content, const std::string& key = "forms/a") {
    EXPECT_TRUE(replace_file(files_, "/chunks/local", content));
    ObjectMetadata metadata;
    metadata.bytes = content.size();
    metadata.file_digest = sha256(content);
    metadata.content_digest = sha256("rows of " + content);
    metadata.definition = "0123456789abcdef";
    return stage_->put(ObjectKey(key), "/chunks/local", metadata);
  }
  ErrorKind kind_of_put(const std::string& content) {
    const auto outcome = put(content);
    return outcome ? ErrorKind::kInternal : outcome.error().kind;
  }
  Error failure(const std::string& key = "forms/a") {
    const auto outcome = put("content", key);
    EXPECT_FALSE(outcome);
    return outcome ? Error() : outcome.error();
  }

  SystemClock clock_;
  SimulatedFileSystem files_;
  S3Server server_{clock_};
  S3Place place_{S3Server::kBucket, S3Server::kRegion, server_.endpoint()};
  S3Writing writing_;
  AwsCredentials credentials_ = S3Server::credentials();
  std::unique_ptr<S3Stage> stage_;
};

TEST_F(S3StageTest, KeepsTheFileUnderThePrefixWithItsMetadata) {
  const std::string content(3'000'000, 'x');
  EXPECT_EQ(put(content), PutOutcome::kCreated);
  const auto objects = server_.objects();
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_EQ(objects.begin()->first, "firn/forms/a");
  EXPECT_EQ(objects.begin()->second.bytes, content);
  EXPECT_TRUE(objects.begin()->second.metadata.at("x-amz-meta-firn").starts_with("{\"rows\":0,"));
  EXPECT_EQ(stage_->location(ObjectKey("forms/a")), "s3://bucket/firn/forms/a");
}

TEST_F(S3StageTest, KeysMayHoldWhatUrlsMayNot) {
  const std::string key = "forms/2026-11/a b+c=d&e%41é.csv.zst";
  EXPECT_EQ(put("content", key), PutOutcome::kCreated);
  EXPECT_TRUE(server_.objects().contains("firn/" + key));
  EXPECT_EQ(stage_->head(ObjectKey(key)).value().metadata.bytes, 7U);
  EXPECT_EQ(stage_->list("forms/2026-11/a b+", {}, 10).value().objects.at(0).key.str(), key);
  EXPECT_TRUE(stage_->remove(std::vector{ObjectKey(key)}));
  EXPECT_TRUE(server_.objects().empty());
}

TEST_F(S3StageTest, AnAnswerThatWasLostIsFoundByTheNextPut) {
  EXPECT_EQ(put("content"), PutOutcome::kCreated);
  EXPECT_EQ(put("content"), PutOutcome::kAlreadyThere);
  server_.answer_next(s3_refusal(502, ""));
  EXPECT_EQ(put("content"), PutOutcome::kAlreadyThere) << "without being sent again";
}

TEST_F(S3StageTest, ANameThatIsFreeAgainIsTriedAgain) {
  server_.answer_next(s3_refusal(412, "PreconditionFailed"));
  EXPECT_EQ(failure().kind, ErrorKind::kBusy);
}

TEST_F(S3StageTest, TellsADamagedFileFromBytesThatWereChangedOnTheWay) {
  server_.answer_next(s3_refusal(400, "BadDigest"));
  const Error error = failure();
  EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
  EXPECT_NE(error.hint.find("the file is good"), std::string::npos);
}

TEST_F(S3StageTest, SendsPathsAsTheyAreSigned) {
  for (const char* key : {"a/../b", "a/./b", "a//b", "/a"}) {
    EXPECT_EQ(put("content", key), PutOutcome::kCreated) << key;
    EXPECT_TRUE(server_.objects().contains(std::string("firn/") + key)) << key;
  }
  EXPECT_EQ(failure("").kind, ErrorKind::kInvalidInput);
}

TEST_F(S3StageTest, AnEndpointMayEndWithASlash) {
  place_.endpoint += "/";
  open();
  EXPECT_EQ(put("content"), PutOutcome::kCreated);
}

TEST_F(S3StageTest, IsTriedAgainWhenS3IsBusy) {
  for (const auto& [status, code] :
       {std::pair{503, "SlowDown"}, {500, "InternalError"}, {409, "ConditionalRequestConflict"}}) {
    server_.answer_next(s3_refusal(status, code));
    EXPECT_TRUE(failure().is_passing()) << code;
  }
  EXPECT_EQ(put("content"), PutOutcome::kCreated);
}

TEST_F(S3StageTest, NeedsTheRightSecretRegionBucketAndClock) {
  credentials_.secret = "wrong";
  EXPECT_EQ(failure().kind, ErrorKind::kPermission);
  credentials_ = {"AKIDOTHER", "wrong", ""};
  EXPECT_NE(failure().hint.find("access key id"), std::string::npos);
  credentials_ = S3Server::credentials();
  place_.region = "us-east-1";
  open();
  EXPECT_EQ(failure().hint, "set the region of the bucket bucket (it is eu-central-1)");
  place_ = {"other", S3Server::kRegion, server_.endpoint()};
  open();
  EXPECT_EQ(failure().hint, "make the bucket other, or correct its name");
}

TEST_F(S3StageTest, ItsClockIsLearnt) {
  for (const Duration skew : {std::chrono::minutes(40), std::chrono::minutes(-40)}) {
    const ManualClock wrong(clock_.now() + skew);
    const auto stage = open(wrong, [this]() -> Result<AwsCredentials> { return credentials_; });
    EXPECT_EQ(stage->head(ObjectKey("a")).error().kind, ErrorKind::kNotFound);
    const std::size_t before = server_.requests();
    EXPECT_TRUE(stage->list("", {}, 10));
    EXPECT_EQ(server_.requests(), before + 1) << "it stays known";
  }
}

TEST_F(S3StageTest, AClockThatCannotBeLearntIsNamed) {
  server_.answer_next(s3_refusal(403, "RequestTimeTooSkewed"));
  EXPECT_NE(failure().hint.find("clock"), std::string::npos);
}

TEST_F(S3StageTest, WithoutCredentialsNothingIsSent) {
  const auto stage = open(clock_, []() -> Result<AwsCredentials> {
    return fail(Error{ErrorKind::kPermission, "find", "credentials", "there are none", ""});
  });
  EXPECT_EQ(stage->head(ObjectKey("a")).error().reason, "there are none");
  EXPECT_EQ(server_.requests(), 0U);
}

TEST_F(S3StageTest, WhatSomebodyElsePutThereIsDamaged) {
  server_.set_object("firn/forms/a", {"content", {}, {}});
  EXPECT_EQ(stage_->head(ObjectKey("forms/a")).error().kind, ErrorKind::kDamaged);
  EXPECT_EQ(failure().kind, ErrorKind::kConflict) << "the local file is good";
  EXPECT_EQ(stage_->fetch(ObjectKey("forms/a"), "/chunks/copy").error().kind, ErrorKind::kDamaged);
}

TEST_F(S3StageTest, BytesThatWereChangedOnTheStageAreDamaged) {
  ASSERT_EQ(put("content"), PutOutcome::kCreated);
  S3ServerObject object = server_.objects().at("firn/forms/a");
  object.bytes = "CONTENT";
  server_.set_object("firn/forms/a", object);
  EXPECT_EQ(stage_->fetch(ObjectKey("forms/a"), "/chunks/copy").error().kind, ErrorKind::kDamaged);
}

TEST_F(S3StageTest, AServerWithoutConditionsIsAskedFirst) {
  server_.refuse_conditions();
  EXPECT_EQ(stage_->weakness(), "");
  EXPECT_EQ(put("content"), PutOutcome::kCreated);
  EXPECT_NE(stage_->weakness().find("If-None-Match"), std::string::npos);
  EXPECT_EQ(put("content"), PutOutcome::kAlreadyThere);
  EXPECT_EQ(kind_of_put("other"), ErrorKind::kConflict);
  EXPECT_EQ(server_.objects().at("firn/forms/a").bytes, "content");
}

TEST_F(S3StageTest, ARefusedSettingIsNoMissingCondition) {
  server_.answer_next(s3_refusal(501, "NotImplemented"));
  EXPECT_EQ(put("content"), PutOutcome::kCreated) << "asked first";
  server_.refuse_conditions();
  writing_.storage_class = "GLACIER";
  open();
  EXPECT_FALSE(put("content", "forms/b"));
  EXPECT_EQ(stage_->weakness(), "");
}

TEST_F(S3StageTest, IsKeptAsTheSettingsSay) {
  writing_ = {"aws:kms", "alias/firn", "STANDARD_IA", {{"team", "health & care"}, {"cost", "1=2"}}};
  open();
  ASSERT_EQ(put("content"), PutOutcome::kCreated);
  const auto writing = server_.objects().at("firn/forms/a").writing;
  EXPECT_EQ(writing.at("x-amz-server-side-encryption"), "aws:kms");
  EXPECT_EQ(writing.at("x-amz-server-side-encryption-aws-kms-key-id"), "alias/firn");
  EXPECT_EQ(writing.at("x-amz-storage-class"), "STANDARD_IA");
  EXPECT_EQ(writing.at("x-amz-tagging"), "team=health%20%26%20care&cost=1%3D2");
  server_.answer_next(s3_refusal(403, "AccessDenied"));
  EXPECT_EQ(failure("forms/b").hint.find("allow s3:PutObject and s3:PutObjectTagging (and kms:GenerateDataKey"), 0U);
}

TEST_F(S3StageTest, ARefusalInsideAGoodAnswerIsAFailure) {
  HttpResponse answer;
  answer.body =
      "<DeleteResult><Error><Key>firn/forms/a</Key><Code>AccessDenied</Code><Message>m</Message></Error>"
      "</DeleteResult>";
  server_.answer_next(std::move(answer));
  const Status removed = stage_->remove(std::vector{ObjectKey("forms/a")});
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().kind, ErrorKind::kPermission);
  EXPECT_EQ(removed.error().object, "bucket/firn/forms/a");
  HttpResponse page;
  page.body = "<html>a proxy's page</html>";
  server_.answer_next(page);
  EXPECT_TRUE(stage_->list("", {}, 10).error().is_passing());
  for (const char* body : {"a proxy's page", "<html>a page</html>", "<Error><Code>InternalError</Code></Error>"}) {
    page.body = body;
    server_.answer_next(page);
    EXPECT_TRUE(stage_->remove(std::vector{ObjectKey("forms/a")}).error().is_passing()) << body;
  }
}

TEST_F(S3StageTest, RemovesThousands) {
  std::vector<ObjectKey> keys;
  for (int i = 0; i < 2001; ++i) {
    keys.emplace_back("forms/" + std::to_string(i));
    server_.set_object("firn/" + keys.back().str(), {"x", {}, {}});
  }
  server_.set_object("firn/other", {"x", {}, {}});
  EXPECT_TRUE(stage_->remove(keys));
  EXPECT_EQ(server_.objects().size(), 1U);
}

TEST_F(S3StageTest, ManyThreadsPutSideBySide) {
  ObjectMetadata metadata;
  metadata.bytes = 7;
  metadata.file_digest = sha256("content");
  metadata.content_digest = sha256("rows");
  ASSERT_TRUE(replace_file(files_, "/chunks/local", "content"));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, &metadata, i] {
      for (int n = 0; n < 5; ++n) {
        const ObjectKey key("forms/" + std::to_string(i) + "-" + std::to_string(n));
        EXPECT_EQ(stage_->put(key, "/chunks/local", metadata), PutOutcome::kCreated);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(server_.objects().size(), 20U);
}

}  // namespace
}  // namespace firn
