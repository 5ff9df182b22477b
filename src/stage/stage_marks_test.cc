#include "stage/stage_marks.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "stage/stage_check_step.h"
#include "tests/support/catalog_scenario.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"
#include "tests/support/memory_stage.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

class StageMarksTest : public testing::Test {
 protected:
  StageMarksTest() { EXPECT_TRUE(files_.create_directories("/chunks")); }

  static Batch batch(std::uint64_t number) {
    Batch batch;
    batch.repeater = RepeaterName("forms");
    batch.number = number;
    batch.period = "2026-11";
    batch.cut = Position::make(1, 0, 100 * number);
    return batch;
  }
  /// A chunk that lies on the stage.
  Chunk stage_chunk(const Batch& batch, const std::string& name) {
    Chunk chunk;
    chunk.key = ObjectKey("forms/" + batch.directory() + "/" + name);
    EXPECT_TRUE(replace_file(files_, "/chunks/local", name));
    ObjectMetadata metadata;
    metadata.bytes = name.size();
    metadata.file_digest = sha256(name);
    EXPECT_TRUE(stage_.put(chunk.key, "/chunks/local", metadata));
    return chunk;
  }
  ErrorKind kind_of_check(const std::optional<Batch>& open, const std::vector<Chunk>& chunks = {}) {
    const Status checked = marks_.check(RepeaterName("forms"), open, chunks);
    return checked ? ErrorKind::kInternal : checked.error().kind;
  }
  static constexpr ErrorKind kGood = ErrorKind::kInternal;

  SimulatedFileSystem files_;
  MemoryStage stage_{files_};
  StageMarks marks_{stage_, files_, "/marks", "0123"};
  StageMarks others_{stage_, files_, "/others", "4567"};
};

TEST_F(StageMarksTest, APlaceBelongsToOneDataDirectory) {
  EXPECT_EQ(marks_.owner().value(), std::nullopt);
  EXPECT_TRUE(marks_.own());
  EXPECT_TRUE(marks_.own()) << "at every start";
  EXPECT_EQ(others_.own().error().kind, ErrorKind::kConflict);
  EXPECT_EQ(others_.owner().value(), "0123");
  EXPECT_TRUE(files_.list("/marks").value().empty()) << "no file stays";
}

TEST_F(StageMarksTest, SeveralRepeatersMayTakeThePlaceAtOnce) {
  std::vector<std::thread> repeaters;
  for (int i = 0; i < 4; ++i) {
    repeaters.emplace_back([this] { EXPECT_TRUE(marks_.own()); });
  }
  for (std::thread& repeater : repeaters) {
    repeater.join();
  }
  EXPECT_EQ(stage_.objects(), 1U);
}

TEST_F(StageMarksTest, AMarkIsLeftOnce) {
  EXPECT_TRUE(marks_.leave(batch(1)));
  EXPECT_TRUE(marks_.leave(batch(1))) << "after a crash";
  Batch other = batch(1);
  other.cut = Position::make(1, 0, 7);
  EXPECT_EQ(marks_.leave(other).error().kind, ErrorKind::kConflict);
  EXPECT_EQ(stage_.content(ObjectKey("_firn/forms/0000000001")),
            "{\"batch\":\"forms/2026-11/000001\",\"cut\":" + std::to_string(batch(1).cut->value()) + "}\n");
}

TEST_F(StageMarksTest, AStageThatKnowsNothingMoreIsGood) {
  EXPECT_EQ(kind_of_check(std::nullopt), kGood);
  EXPECT_TRUE(marks_.leave(batch(1)));
  EXPECT_TRUE(marks_.leave(batch(2)));
  const Chunk chunk = stage_chunk(batch(3), "a.csv.zst");
  stage_chunk(batch(2), "of an earlier batch, to be purged");
  EXPECT_EQ(kind_of_check(batch(3), {chunk}), kGood);
}

TEST_F(StageMarksTest, AClosedBatchThatTheCatalogHasNotClosedIsAhead) {
  EXPECT_TRUE(marks_.leave(batch(10)));
  EXPECT_EQ(kind_of_check(batch(10)), ErrorKind::kConflict);
  EXPECT_EQ(kind_of_check(batch(9)), ErrorKind::kConflict);
  EXPECT_EQ(kind_of_check(std::nullopt), ErrorKind::kConflict);
  EXPECT_EQ(kind_of_check(batch(11)), kGood);
}

TEST_F(StageMarksTest, AChunkThatTheCatalogDoesNotKnowIsAhead) {
  const Chunk known = stage_chunk(batch(3), "a.csv.zst");
  EXPECT_EQ(kind_of_check(batch(3), {known}), kGood);
  stage_chunk(batch(3), "b.csv.zst");
  EXPECT_EQ(kind_of_check(batch(3), {known}), ErrorKind::kConflict);
  EXPECT_EQ(kind_of_check(std::nullopt), ErrorKind::kConflict) << "an empty data directory";
}

TEST_F(StageMarksTest, AnotherRepeatersMarksDoNotCount) {
  EXPECT_TRUE(marks_.leave(batch(10)));
  EXPECT_TRUE(marks_.check(RepeaterName("form"), std::nullopt, {}));
}

TEST_F(StageMarksTest, WhatCannotBeAskedIsNotGood) {
  stage_.fail_next({ErrorKind::kUnavailable, "list", "stage", "no answer", ""});
  EXPECT_EQ(kind_of_check(batch(1)), ErrorKind::kUnavailable);
  stage_.fail_next({ErrorKind::kUnavailable, "put", "stage", "no answer", ""});
  EXPECT_EQ(marks_.own().error().kind, ErrorKind::kUnavailable);
}

TEST_F(StageMarksTest, TheStepLetsTheOthersBeginOnceTheStageIsGood) {
  MemoryCatalog catalog;
  ManualClock clock;
  CatalogScenario world{catalog, clock};
  world.pack();
  int begun = 0;
  StageCheckStep step(CatalogScenario::repeater(), catalog, marks_, [&begun] { ++begun; });
  stage_.fail_next({ErrorKind::kUnavailable, "put", "stage", "no answer", ""});
  EXPECT_EQ(step.run().result, StepResult::kTryAgain);
  EXPECT_EQ(begun, 0);
  EXPECT_EQ(step.run().result, StepResult::kIdle);
  EXPECT_EQ(step.run().result, StepResult::kIdle);
  EXPECT_EQ(begun, 1);
}

TEST_F(StageMarksTest, TheStepIsBlockedByAStageOfSomebodyElse) {
  MemoryCatalog catalog;
  EXPECT_TRUE(others_.own());
  StageCheckStep step(RepeaterName("forms"), catalog, marks_, [] { FAIL(); });
  EXPECT_EQ(step.run().result, StepResult::kBlocked);
}

}  // namespace
}  // namespace firn
