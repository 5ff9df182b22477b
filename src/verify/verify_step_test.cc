#include "verify/verify_step.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/catalog_scenario.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"

namespace firn {
namespace {

class VerifyStepTest : public testing::Test {
 protected:
  /// A submitted batch with `count` chunks.
  std::vector<Chunk> submit(int count) { return world.chunks_of(world.submitted(count)); }
  ChunkState after_report(FileStatus status, std::uint64_t rows) {
    const ChunkId id = submit(1).front().id;
    world.report(id, status, rows);
    world.apply(step.run());
    return world.chunk(id).state;
  }

  MemoryCatalog catalog;
  ManualClock clock;
  CatalogScenario world{catalog, clock};
  VerifyStep step{CatalogScenario::repeater(), catalog, clock};
};

TEST_F(VerifyStepTest, TakesAsLoadedWhatIsReportedWithTheManifestsRows) {
  EXPECT_EQ(after_report(FileStatus::kLoaded, CatalogScenario::kRows), ChunkState::kLoaded);
}

TEST_F(VerifyStepTest, QuarantinesAChunkWithFewerRowsThanItsManifest) {
  EXPECT_EQ(after_report(FileStatus::kLoaded, CatalogScenario::kRows - 1), ChunkState::kQuarantined);
}

TEST_F(VerifyStepTest, QuarantinesAChunkWithMoreRowsThanItsManifest) {
  EXPECT_EQ(after_report(FileStatus::kLoaded, CatalogScenario::kRows + 1), ChunkState::kQuarantined);
}

TEST_F(VerifyStepTest, QuarantinesWhatIsPartlyLoadedEvenWithTheRightCount) {
  EXPECT_EQ(after_report(FileStatus::kPartially, CatalogScenario::kRows), ChunkState::kQuarantined);
}

TEST_F(VerifyStepTest, QuarantinesWhatFailed) {
  EXPECT_EQ(after_report(FileStatus::kFailed, 0), ChunkState::kQuarantined);
}

TEST_F(VerifyStepTest, LeavesARefusedRowToMendTenTimes) {
  const Chunk first = submit(1).front();
  world.apply({ReportChunk{first.id, {first.key, FileStatus::kFailed, 0, "not a number", 4}}});
  EXPECT_EQ(step.run().result, StepResult::kIdle);
  Chunk last = first;
  for (std::uint32_t attempt = 2; attempt <= kMostAttempts; ++attempt) {
    EXPECT_EQ(step.run().result, StepResult::kIdle);
    last = world.next_attempt(last.id);
    world.move(last.id, ChunkState::kStaged);
    world.move(last.id, ChunkState::kSubmitted);
    world.apply({ReportChunk{last.id, {last.key, FileStatus::kFailed, 0, "not a number", 1}}});
  }
  world.apply(step.run());
  EXPECT_EQ(world.chunk(last.id).state, ChunkState::kQuarantined);
  EXPECT_EQ(world.chunk(last.id).reason,
            "10 of its rows were refused one after the other, and no more are left out; the destination reports it "
            "failed with 0 rows; its manifest has 1: not a number");
}

TEST_F(VerifyStepTest, QuarantinesWhatWasRefusedAtALineButHasARow) {
  const Chunk chunk = submit(1).front();
  world.apply({ReportChunk{chunk.id, {chunk.key, FileStatus::kFailed, 1, "not a number", 4}}});
  world.apply(step.run());
  EXPECT_EQ(world.chunk(chunk.id).state, ChunkState::kQuarantined);
}

TEST_F(VerifyStepTest, SaysBothCountsAndTheDestinationsWords) {
  const Chunk chunk = submit(1).front();
  world.apply({ReportChunk{chunk.id, {chunk.key, FileStatus::kFailed, 3, "line 4: 8 columns expected, 7 found"}}});
  world.apply(step.run());
  EXPECT_EQ(world.chunk(chunk.id).reason,
            "the destination reports it failed with 3 rows; its manifest has 10: line 4: 8 columns expected, 7 found");
}

TEST_F(VerifyStepTest, LeavesChunksWithoutAReportAlone) {
  const auto chunks = submit(2);
  world.report(chunks[1].id, FileStatus::kLoaded, CatalogScenario::kRows);
  world.apply(step.run());
  EXPECT_EQ(world.chunk(chunks[0].id).state, ChunkState::kSubmitted);
  EXPECT_EQ(world.chunk(chunks[1].id).state, ChunkState::kLoaded);
}

TEST_F(VerifyStepTest, OneBadChunkDoesNotHoldTheOthers) {
  const auto chunks = submit(2);
  world.report(chunks[0].id, FileStatus::kFailed, 0);
  world.report(chunks[1].id, FileStatus::kLoaded, CatalogScenario::kRows);
  world.apply(step.run());
  EXPECT_EQ(world.chunk(chunks[0].id).state, ChunkState::kQuarantined);
  EXPECT_EQ(world.chunk(chunks[1].id).state, ChunkState::kLoaded);
}

TEST_F(VerifyStepTest, IsIdleWithoutReports) {
  submit(1);
  EXPECT_EQ(step.run().result, StepResult::kIdle);
}

TEST_F(VerifyStepTest, SaysTheSameAgainWhenItsCommitFailed) {
  const ChunkId id = submit(1).front().id;
  world.report(id, FileStatus::kLoaded, CatalogScenario::kRows);
  step.run();
  world.apply(step.run());
  EXPECT_EQ(world.chunk(id).state, ChunkState::kLoaded);
}

}  // namespace
}  // namespace firn
