#include "stage/stage_step.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tests/support/catalog_scenario.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"
#include "tests/support/memory_stage.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

class StageStepTest : public testing::Test {
 protected:
  StageStepTest() { EXPECT_TRUE(files.create_directories("/chunks")); }

  std::string local(ChunkId id) { return "/chunks/" + file_name(world.chunk(id).key); }
  void write_file(ChunkId id, const std::string& content) { EXPECT_TRUE(replace_file(files, local(id), content)); }
  /// A packed chunk whose file has its name.
  ChunkId packed() {
    const ChunkId id = world.pack();
    write_file(id, CatalogScenario::content(world.chunk(id)));
    return id;
  }
  StepOutcome run() {
    StepOutcome outcome = step.run();
    world.apply(outcome);
    return outcome;
  }
  ChunkState state(ChunkId id) { return world.chunk(id).state; }

  SimulatedFileSystem files;
  MemoryStage stage{files};
  MemoryCatalog catalog;
  ManualClock clock;
  CatalogScenario world{catalog, clock};
  StageStep step{CatalogScenario::repeater(), {catalog, stage, files, clock}, {"/chunks", 1}};
};

TEST_F(StageStepTest, PutsAPackedChunkUnderItsKey) {
  const ChunkId id = packed();
  EXPECT_EQ(run().result, StepResult::kDone);
  EXPECT_EQ(state(id), ChunkState::kStaged);
  EXPECT_EQ(stage.content(world.chunk(id).key), CatalogScenario::content(world.chunk(id)));
}

TEST_F(StageStepTest, GivesTheObjectItsManifest) {
  const Chunk chunk = world.chunk(packed());
  run();
  const ObjectMetadata metadata = stage.head(chunk.key).value().metadata;
  EXPECT_EQ(metadata.rows, chunk.rows);
  EXPECT_EQ(metadata.range, chunk.range);
  EXPECT_EQ(metadata.content_digest, chunk.content_digest);
  EXPECT_EQ(metadata.definition, chunk.definition);
}

TEST_F(StageStepTest, NamesTheAttemptThatANextOneReplaces) {
  const Chunk first = world.chunk(packed());
  run();
  EXPECT_EQ(stage.head(first.key).value().metadata.replaces, std::nullopt);
  world.move_batch(world.cut(), BatchState::kSubmitted);
  world.move(first.id, ChunkState::kSubmitted);
  world.apply({ReportChunk{first.id, {first.key, FileStatus::kFailed, 0, "no", 1}}});
  const Chunk next = world.next_attempt(first.id);
  write_file(next.id, CatalogScenario::content(next));
  run();
  EXPECT_EQ(stage.head(next.key).value().metadata.replaces, first.key);
}

TEST_F(StageStepTest, TakesTheOldestFirst) {
  const ChunkId first = packed();
  const ChunkId second = packed();
  run();
  EXPECT_EQ(state(first), ChunkState::kStaged);
  EXPECT_EQ(state(second), ChunkState::kPacked);
}

TEST_F(StageStepTest, PutsSeveralSideBySide) {
  StageStep several{CatalogScenario::repeater(), {catalog, stage, files, clock}, {"/chunks", 3}};
  const std::vector<ChunkId> ids = {packed(), packed(), packed(), packed()};
  world.apply(several.run());
  EXPECT_EQ(stage.objects(), 3U);
  EXPECT_EQ(state(ids[2]), ChunkState::kStaged);
  EXPECT_EQ(state(ids[3]), ChunkState::kPacked);
}

TEST_F(StageStepTest, OneThatFailsBesideOthersTakesNothingFromThem) {
  StageStep several{CatalogScenario::repeater(), {catalog, stage, files, clock}, {"/chunks", 3}};
  const std::vector<ChunkId> ids = {packed(), packed(), packed()};
  stage.fail_next({ErrorKind::kUnavailable, "put", "object", "no answer", {}});
  const StepOutcome outcome = several.run();
  EXPECT_EQ(outcome.result, StepResult::kTryAgain);
  world.apply(outcome);
  EXPECT_EQ(std::ranges::count(ids, ChunkState::kStaged, [this](ChunkId id) { return state(id); }), 2);
  world.apply(several.run());
  EXPECT_EQ(std::ranges::count(ids, ChunkState::kStaged, [this](ChunkId id) { return state(id); }), 3);
}

TEST_F(StageStepTest, GoesOnWithWhatWasPutBeforeACrash) {
  const ChunkId id = packed();
  step.run();  // put; the process ends before the commit
  run();
  EXPECT_EQ(state(id), ChunkState::kStaged);
  EXPECT_EQ(stage.objects(), 1U);
}

TEST_F(StageStepTest, SetsADamagedFileAsideAndGoesOnWhenThereIsAGoodOne) {
  const ChunkId id = world.pack();
  write_file(id, "something else");
  const StepOutcome outcome = step.run();
  EXPECT_EQ(outcome.result, StepResult::kTryAgain);
  EXPECT_NE(outcome.reason->message().find("packed again from the journal"), std::string::npos);
  EXPECT_EQ(state(id), ChunkState::kPacked);
  EXPECT_EQ(stage.objects(), 0U);
  EXPECT_FALSE(files.exists(local(id)).value());
  EXPECT_TRUE(files.exists(local(id) + ".damaged").value());
  write_file(id, CatalogScenario::content(world.chunk(id)));
  run();
  EXPECT_EQ(state(id), ChunkState::kStaged);
}

TEST_F(StageStepTest, QuarantinesAChunkWhoseKeyHoldsOtherContent) {
  const ChunkId id = packed();
  write_file(id, "other");
  ObjectMetadata other;
  other.bytes = 5;
  other.file_digest = sha256("other");
  other.content_digest = sha256("other");
  ASSERT_TRUE(stage.put(world.chunk(id).key, local(id), other));
  write_file(id, CatalogScenario::content(world.chunk(id)));
  run();
  EXPECT_EQ(state(id), ChunkState::kQuarantined);
  EXPECT_EQ(stage.content(world.chunk(id).key), "other");
  // Somebody takes it away and says so.
  ASSERT_TRUE(stage.remove(std::vector{world.chunk(id).key}));
  world.apply({ReturnChunk{id, clock.now()}});
  EXPECT_EQ(state(id), ChunkState::kPacked);
  run();
  EXPECT_EQ(state(id), ChunkState::kStaged);
  EXPECT_EQ(stage.content(world.chunk(id).key), CatalogScenario::content(world.chunk(id)));
}

TEST_F(StageStepTest, OneBadChunkDoesNotHoldTheOthers) {
  const ChunkId bad = world.pack();
  write_file(bad, "something else");
  const ChunkId good = packed();
  run();
  run();
  EXPECT_EQ(state(good), ChunkState::kStaged);
}

TEST_F(StageStepTest, TriesAgainWhenTheStageFails) {
  const ChunkId id = packed();
  stage.fail_next({ErrorKind::kUnavailable, "put", "object", "no answer", {}});
  EXPECT_EQ(run().result, StepResult::kTryAgain);
  EXPECT_EQ(state(id), ChunkState::kPacked);
}

TEST_F(StageStepTest, IsBlockedWhenTheStageRefuses) {
  packed();
  stage.fail_next({ErrorKind::kPermission, "put", "object", "access denied", {}});
  EXPECT_EQ(run().result, StepResult::kBlocked);
}

TEST_F(StageStepTest, WaitsForTheFilesFinalName) {
  world.pack();
  const StepOutcome outcome = run();
  EXPECT_EQ(outcome.result, StepResult::kIdle);
  EXPECT_TRUE(outcome.again_in.has_value());
}

TEST_F(StageStepTest, SaysWhenTheFinalNameDoesNotCome) {
  world.pack();
  run();
  clock.advance(std::chrono::seconds(10));
  EXPECT_EQ(run().result, StepResult::kTryAgain);
}

TEST_F(StageStepTest, AMissingFileDoesNotHoldTheOthers) {
  world.pack();
  const ChunkId good = packed();
  run();
  EXPECT_EQ(state(good), ChunkState::kStaged);
}

TEST_F(StageStepTest, IsIdleWithoutPackedChunks) {
  world.staged();
  const StepOutcome outcome = run();
  EXPECT_EQ(outcome.result, StepResult::kIdle);
  EXPECT_FALSE(outcome.again_in.has_value());
}

}  // namespace
}  // namespace firn
