#include "pipeline/target_guard.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "observe/log.h"
#include "pipeline/target.h"
#include "tests/support/catalog_scenario.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"

namespace firn {
namespace {

class TargetGuardTest : public testing::Test {
 protected:
  TargetGuardTest() {
    repeater_.name = CatalogScenario::repeater();
    repeater_.table = TableName("forms");
    repeater_.destination = ConnectionName("warehouse");
    repeater_.stage = ConnectionName("local");
    repeater_.method = LoadMethod::kSnowpipe;
    config_.directories.push_back({ConnectionName("local"), "/stage", "firn"});
    config_.directories.push_back({ConnectionName("other"), "/elsewhere", ""});
  }

  bool admits() {
    return guard_.admits(config_, repeater_, [this] { return all_decided_; });
  }
  std::string alarm() {
    const auto alarms = alarms_.list();
    for (const Alarm& alarm : alarms) {
      if (alarm.name == "repeater.target_changed") {
        return alarm.text;
      }
    }
    return "";
  }
  bool drain() { return controls_.drain(repeater_.name).has_value(); }
  void purge(ChunkId chunk) { world_.move(chunk, ChunkState::kPurged); }

  bool all_decided_ = true;
  MemoryCatalog catalog_;
  ManualClock clock_;
  Log log_{clock_, LogLevel::kError, LogFormat::kLogfmt, stderr};
  Alarms alarms_{clock_, log_};
  Scheduler scheduler_{catalog_, clock_, alarms_, log_, 1};
  Controls controls_{catalog_, scheduler_, alarms_, clock_};
  CatalogScenario world_{catalog_, clock_};
  Config config_;
  RepeaterConfig repeater_;
  TargetGuard guard_{catalog_, controls_, alarms_};
};

TEST_F(TargetGuardTest, ARepeaterGoesOnWhereItWas) {
  EXPECT_TRUE(admits());
  world_.loaded();
  EXPECT_TRUE(admits());
}

TEST_F(TargetGuardTest, ATableBelongsToTheNameThatHasFilledIt) {
  ASSERT_TRUE(admits());
  world_.loaded();
  RepeaterConfig renamed = repeater_;
  renamed.name = RepeaterName("visits");
  const auto admits_renamed = [&] { return guard_.admits(config_, renamed, [] { return true; }); };
  EXPECT_FALSE(admits_renamed());
  ASSERT_EQ(alarms_.list().size(), 1U);
  EXPECT_EQ(alarms_.list()[0].name, "repeater.table_taken");
  renamed.table = TableName("visits");
  EXPECT_TRUE(admits_renamed());
  EXPECT_TRUE(admits());
}

TEST_F(TargetGuardTest, ARepeaterStandsStillWhileNobodyKnowsWhoseTheTableIs) {
  ASSERT_TRUE(admits());
  world_.loaded();
  RepeaterConfig renamed = repeater_;
  renamed.name = RepeaterName("visits");
  catalog_.fail_next_targets();
  EXPECT_FALSE(guard_.admits(config_, renamed, [] { return true; }));
  ASSERT_EQ(alarms_.list().size(), 1U);
  EXPECT_EQ(alarms_.list()[0].name, "repeater.target_unknown");
  EXPECT_NE(alarms_.list()[0].text.find("the disk is away"), std::string::npos) << alarms_.list()[0].text;
}

TEST_F(TargetGuardTest, AnotherTableNeedsADrainAndNothingLeft) {
  ASSERT_TRUE(admits());
  const ChunkId chunk = world_.loaded();
  repeater_.table = TableName("visits");
  EXPECT_FALSE(admits());
  EXPECT_NE(alarm().find("firn drain forms"), std::string::npos) << alarm();
  ASSERT_TRUE(drain());
  EXPECT_FALSE(admits()) << "a file still lies on the stage";
  purge(chunk);
  EXPECT_TRUE(admits());
  EXPECT_FALSE(controls_.is_draining(repeater_.name)) << "the change ends the drain";
  EXPECT_TRUE(admits());
}

TEST_F(TargetGuardTest, AnotherTableIsRefusedWhileRecordsWaitToBePacked) {
  ASSERT_TRUE(admits());
  purge(world_.loaded());
  repeater_.table = TableName("visits");
  ASSERT_TRUE(drain());
  all_decided_ = false;
  EXPECT_FALSE(admits());
  all_decided_ = true;
  EXPECT_TRUE(admits());
}

TEST_F(TargetGuardTest, AnotherPipeIsAnotherMethod) {
  repeater_.pipe = "FORMS_PIPE";
  ASSERT_TRUE(admits());
  world_.submitted();
  repeater_.pipe = "FORMS_PIPE_2";
  EXPECT_FALSE(admits()) << "the new pipe knows nothing of the old one's files";
}

TEST_F(TargetGuardTest, AnotherTableIsNotTakenByChanceWhenNothingIsLeft) {
  ASSERT_TRUE(admits());
  purge(world_.loaded());
  repeater_.table = TableName("visits");
  EXPECT_FALSE(admits());
}

TEST_F(TargetGuardTest, AnotherStageNeedsADrain) {
  ASSERT_TRUE(admits());
  purge(world_.loaded());
  repeater_.stage = ConnectionName("other");
  EXPECT_FALSE(admits());
  EXPECT_NE(alarm().find("/elsewhere"), std::string::npos) << alarm();
  ASSERT_TRUE(drain());
  EXPECT_TRUE(admits());
}

TEST_F(TargetGuardTest, AnotherMethodWaitsUntilNothingIsOnItsWay) {
  ASSERT_TRUE(admits());
  const ChunkId chunk = world_.chunks_of(world_.submitted()).front().id;
  repeater_.method = LoadMethod::kCopy;
  EXPECT_FALSE(admits());
  EXPECT_NE(alarm().find("a row could come twice"), std::string::npos) << alarm();
  world_.report(chunk, FileStatus::kLoaded, CatalogScenario::kRows);
  world_.move(chunk, ChunkState::kLoaded);
  EXPECT_TRUE(admits());
}

TEST_F(TargetGuardTest, ADrainEndsWhenThePriceTakesTheSameMethodAgain) {
  repeater_.method_is_auto = true;
  ASSERT_TRUE(admits());
  purge(world_.loaded());
  ASSERT_TRUE(drain());
  EXPECT_TRUE(admits());
  EXPECT_FALSE(controls_.is_draining(repeater_.name));
}

TEST_F(TargetGuardTest, ARepeaterKeepsItsKind) {
  ASSERT_TRUE(admits());
  purge(world_.loaded());
  repeater_.kind = Kind::kCase;
  ASSERT_TRUE(drain());
  EXPECT_FALSE(admits());
}

TEST_F(TargetGuardTest, AnOlderFirnDidNotKeepTheStage) {
  const std::string now = target_of(config_, repeater_).str();
  const std::string then = now.substr(0, now.find(", staged in"));
  ASSERT_TRUE(catalog_.bind_target(repeater_.name, then));
  world_.staged();
  EXPECT_TRUE(admits());
  repeater_.stage = ConnectionName("other");
  EXPECT_FALSE(admits()) << "it knows the stage from now on";
}

TEST(Target, SaysWhatDiffers) {
  const Target target{"form", "forms of snow", "COPY", "bucket b"};
  EXPECT_EQ(compare(target, "form documents into table forms of snow by COPY, staged in bucket b"),
            TargetChange::kNone);
  EXPECT_EQ(compare(target, "form documents into table forms of snow by COPY"), TargetChange::kUnnamed);
  EXPECT_EQ(compare(target, "form documents into table forms of snow by Snowpipe, staged in bucket b"),
            TargetChange::kMethod);
  EXPECT_EQ(compare(target, "form documents into table forms of snow by Snowpipe"), TargetChange::kMethod);
  const Target by_pipe{"form", "forms of snow", "Snowpipe P", "bucket b"};
  EXPECT_EQ(compare(by_pipe, "form documents into table forms of snow by Snowpipe"), TargetChange::kUnnamed);
  EXPECT_EQ(compare(by_pipe, "form documents into table forms of snow by Snowpipe P, staged in bucket b"),
            TargetChange::kNone);
  EXPECT_EQ(compare(by_pipe, "form documents into table forms of snow by Snowpipe Q, staged in bucket b"),
            TargetChange::kMethod);
  EXPECT_EQ(compare(target, "form documents into table forms of snow by COPY, staged in bucket c"),
            TargetChange::kPlace);
  EXPECT_EQ(compare(target, "form documents into table visits of snow by COPY"), TargetChange::kPlace);
  EXPECT_EQ(compare(target, "case documents into table forms of snow by COPY"), TargetChange::kKind);
}

}  // namespace
}  // namespace firn
