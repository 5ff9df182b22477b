#include "stage/s3/credentials/credential_cache.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/manual_clock.h"

namespace firn {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Gives what a test says, and counts.
class ScriptedSource final : public AwsCredentialSource {
 public:
  explicit ScriptedSource(const Clock& clock) : clock_(clock) {}

  Result<SourcedCredentials> fetch() override {
    ++asked;
    if (gate.valid()) {
      entered.set_value();
      gate.get();
    }
    if (failing) {
      return fail(Error{ErrorKind::kUnavailable, "ask", "the source", "no answer", ""});
    }
    return SourcedCredentials{{"AKID", "secret", "token " + std::to_string(asked)}, "test", clock_.now() + life};
  }

  const Clock& clock_;
  Duration life = hours(1);
  int asked = 0;
  bool failing = false;
  std::future<void> gate;  ///< when valid, the next fetch waits for it
  std::promise<void> entered;
};

class CredentialCacheTest : public testing::Test {
 protected:
  CredentialCacheTest() {
    auto source = std::make_unique<ScriptedSource>(clock_);
    source_ = source.get();
    cache_ = std::make_unique<CredentialCache>(std::move(source), clock_);
  }
  std::string token() {
    const auto found = cache_->get();
    return found ? found->keys.session_token : found.error().reason;
  }

  ManualClock clock_;
  ScriptedSource* source_ = nullptr;
  std::unique_ptr<CredentialCache> cache_;
};

TEST_F(CredentialCacheTest, AsksOnce) {
  EXPECT_EQ(token(), "token 1");
  clock_.advance(minutes(49));
  EXPECT_EQ(token(), "token 1");
}

TEST_F(CredentialCacheTest, AsksAgainAheadOfTheEnd) {
  EXPECT_EQ(token(), "token 1");
  clock_.advance(minutes(51));
  EXPECT_EQ(token(), "token 2");
}

TEST_F(CredentialCacheTest, TheOldOnesGoOnWhileRenewingFails) {
  EXPECT_EQ(token(), "token 1");
  source_->failing = true;
  clock_.advance(minutes(51));
  EXPECT_EQ(token(), "token 1");
  EXPECT_EQ(token(), "token 1");
  EXPECT_EQ(source_->asked, 2) << "not for each request";
  clock_.advance(seconds(31));
  EXPECT_EQ(token(), "token 1");
  EXPECT_EQ(source_->asked, 3);
  clock_.advance(minutes(10));
  EXPECT_EQ(token(), "no answer") << "they have ended";
  source_->failing = false;
  clock_.advance(seconds(2));
  EXPECT_EQ(token(), "token 5");
}

TEST_F(CredentialCacheTest, ShortLivedOnesAreNotAskedForWithEachRequest) {
  source_->life = minutes(5);
  EXPECT_EQ(token(), "token 1");
  EXPECT_EQ(token(), "token 1");
  clock_.advance(seconds(29));
  EXPECT_EQ(token(), "token 1");
  clock_.advance(seconds(2));
  EXPECT_EQ(token(), "token 2");
}

TEST_F(CredentialCacheTest, AFailureIsSharedForASecond) {
  source_->failing = true;
  EXPECT_EQ(token(), "no answer");
  EXPECT_EQ(token(), "no answer");
  EXPECT_EQ(source_->asked, 1);
  clock_.advance(seconds(1));
  EXPECT_EQ(token(), "no answer");
  EXPECT_EQ(source_->asked, 2);
}

TEST_F(CredentialCacheTest, WhatS3RefusedIsAskedForAgain) {
  const AwsCredentials first = cache_->get().value().keys;
  cache_->refused(first);
  EXPECT_EQ(token(), "token 2");
  cache_->refused(first);
  EXPECT_EQ(token(), "token 2") << "a late refusal of the old ones";
}

TEST_F(CredentialCacheTest, OthersGoOnWhileOneRenews) {
  EXPECT_EQ(token(), "token 1");
  clock_.advance(minutes(51));
  std::promise<void> open;
  source_->gate = open.get_future();
  auto entered = source_->entered.get_future();
  std::thread renewing([this] { EXPECT_EQ(token(), "token 2"); });
  entered.wait();
  EXPECT_EQ(token(), "token 1");
  open.set_value();
  renewing.join();
  EXPECT_EQ(token(), "token 2");
}

TEST_F(CredentialCacheTest, WithoutAnyTheOthersWaitForTheOneThatAsks) {
  std::promise<void> open;
  source_->gate = open.get_future();
  auto entered = source_->entered.get_future();
  std::vector<std::thread> callers;
  callers.emplace_back([this] { EXPECT_EQ(token(), "token 1"); });
  entered.wait();
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([this] { EXPECT_EQ(token(), "token 1"); });
  }
  open.set_value();
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_EQ(source_->asked, 1);
}

}  // namespace
}  // namespace firn
