#include "purge/purge_step.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "purge/retired_journal.h"
#include "tests/support/catalog_scenario.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"
#include "tests/support/memory_stage.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

using std::chrono::hours;

class PurgeStepTest : public testing::Test {
 protected:
  PurgeStepTest() { EXPECT_TRUE(files.create_directories("/chunks")); }

  PurgeStep make_step(std::optional<Duration> keep = Duration(0)) {
    return {CatalogScenario::repeater(), {catalog, stage, journal, files, clock}, {"/chunks", keep}};
  }
  std::string local(ChunkId id) { return "/chunks/" + file_name(world.chunk(id).key); }
  /// Gives the chunk its local file and its staged object.
  void put_files(ChunkId id) {
    const Chunk chunk = world.chunk(id);
    EXPECT_TRUE(replace_file(files, local(id), CatalogScenario::content(chunk)));
    ObjectMetadata metadata;
    metadata.content_digest = chunk.content_digest;
    metadata.file_digest = chunk.file_digest;
    metadata.bytes = chunk.bytes_compressed;
    EXPECT_TRUE(stage.put(chunk.key, local(id), metadata));
  }
  ChunkId loaded() {
    const ChunkId id = world.loaded();
    put_files(id);
    return id;
  }
  bool has_object(ChunkId id) { return stage.content(world.chunk(id).key).has_value(); }
  bool has_file(ChunkId id) { return files.exists(local(id)).value(); }
  /// Runs until there is nothing to do, as the pipeline does.
  StepOutcome run_all(PurgeStep& step) {
    StepOutcome outcome = step.run();
    while (outcome.result == StepResult::kDone) {
      world.apply(outcome);
      outcome = step.run();
    }
    return outcome;
  }
  /// Runs, and expects that the chunk keeps both its files and its state.
  void expect_untouched(ChunkId id) {
    put_files(id);
    const ChunkState state = world.chunk(id).state;
    PurgeStep step = make_step();
    run_all(step);
    EXPECT_TRUE(has_file(id));
    EXPECT_TRUE(has_object(id));
    EXPECT_EQ(world.chunk(id).state, state);
  }

  SimulatedFileSystem files;
  MemoryStage stage{files};
  MemoryCatalog catalog;
  ManualClock clock;
  RetiredJournal journal;
  CatalogScenario world{catalog, clock};
};

TEST_F(PurgeStepTest, RemovesTheFilesOfAProvenChunk) {
  const ChunkId id = loaded();
  PurgeStep step = make_step();
  run_all(step);
  EXPECT_FALSE(has_file(id));
  EXPECT_FALSE(has_object(id));
  EXPECT_EQ(world.chunk(id).state, ChunkState::kPurged);
}

TEST_F(PurgeStepTest, NeverTouchesAPackedChunk) { expect_untouched(world.pack()); }
TEST_F(PurgeStepTest, NeverTouchesAStagedChunk) { expect_untouched(world.staged()); }
TEST_F(PurgeStepTest, NeverTouchesASubmittedChunk) { expect_untouched(world.chunks_of(world.submitted()).front().id); }
TEST_F(PurgeStepTest, NeverTouchesAQuarantinedChunk) {
  const ChunkId id = world.staged();
  world.move(id, ChunkState::kQuarantined, "for a reason");
  expect_untouched(id);
}

TEST_F(PurgeStepTest, NeverTouchesASubmittedChunkThatIsReportedButNotVerified) {
  const ChunkId id = world.chunks_of(world.submitted()).front().id;
  world.report(id, FileStatus::kLoaded, CatalogScenario::kRows);
  expect_untouched(id);
}

TEST_F(PurgeStepTest, KeepsTheObjectForItsRetentionButNotTheLocalFile) {
  const ChunkId id = loaded();
  PurgeStep step = make_step(hours(24));
  const StepOutcome outcome = run_all(step);
  EXPECT_FALSE(has_file(id));
  EXPECT_TRUE(has_object(id));
  EXPECT_EQ(outcome.again_in, Duration(hours(24)));
}

TEST_F(PurgeStepTest, RemovesTheObjectWhenItsRetentionHasPassed) {
  const ChunkId id = loaded();
  PurgeStep step = make_step(hours(24));
  run_all(step);
  clock.advance(hours(24));
  run_all(step);
  EXPECT_FALSE(has_object(id));
  EXPECT_EQ(world.chunk(id).state, ChunkState::kPurged);
}

TEST_F(PurgeStepTest, KeepsTheLastIngestUntilTheNextOneIsLoaded) {
  const ChunkId first = loaded();
  PurgeStep step = make_step(std::nullopt);
  clock.advance(hours(24 * 40));
  run_all(step);
  EXPECT_TRUE(has_object(first));
  const ChunkId second = loaded();
  run_all(step);
  EXPECT_FALSE(has_object(first));
  EXPECT_TRUE(has_object(second));
}

TEST_F(PurgeStepTest, KeepsTheLastIngestNoLongerThanSnowflakeRemembersIt) {
  const ChunkId only = loaded();
  PurgeStep step = make_step(std::nullopt);
  clock.advance(hours(24 * 55));
  run_all(step);
  EXPECT_FALSE(has_object(only));
}

TEST_F(PurgeStepTest, ALaterIngestRemovesNothingThatIsNotProven) {
  const ChunkId unproven = world.chunks_of(world.submitted()).front().id;
  put_files(unproven);
  loaded();
  PurgeStep step = make_step(std::nullopt);
  clock.advance(hours(24 * 60));
  const StepOutcome outcome = run_all(step);
  EXPECT_TRUE(has_object(unproven));
  EXPECT_EQ(outcome.result, StepResult::kBlocked) << "a person must look";
}

TEST_F(PurgeStepTest, AsksForAPersonOnlyWhenAnUnprovenFileHasOutlivedItsRetention) {
  world.submitted();
  PurgeStep step = make_step(hours(24 * 7));
  clock.advance(hours(24 * 7 - 1));
  EXPECT_EQ(run_all(step).result, StepResult::kIdle);
  clock.advance(hours(1));
  EXPECT_EQ(run_all(step).result, StepResult::kBlocked);
}

TEST_F(PurgeStepTest, ADrainEndsEveryRetention) {
  const ChunkId id = loaded();
  bool draining = false;
  PurgeStep step(CatalogScenario::repeater(), {catalog, stage, journal, files, clock},
                 {"/chunks", hours(24), [&] { return draining; }});
  run_all(step);
  EXPECT_TRUE(has_object(id));
  draining = true;
  run_all(step);
  EXPECT_FALSE(has_object(id));
}

TEST_F(PurgeStepTest, WaitsForTheNextChunkThatIsDue) {
  loaded();
  clock.advance(hours(2));
  loaded();
  PurgeStep step = make_step(hours(24));
  EXPECT_EQ(run_all(step).again_in, Duration(hours(22)));
}

TEST_F(PurgeStepTest, PurgesReplacedChunksToo) {
  const ChunkId id = world.staged();
  world.move(id, ChunkState::kReplaced);
  put_files(id);
  PurgeStep step = make_step();
  run_all(step);
  EXPECT_FALSE(has_object(id));
  EXPECT_EQ(world.chunk(id).state, ChunkState::kPurged);
}

TEST_F(PurgeStepTest, PurgesABatchOfWhichNothingIsLeft) {
  const BatchId batch = world.chunk(loaded()).batch;
  PurgeStep step = make_step();
  run_all(step);
  EXPECT_EQ(world.batch(batch).state, BatchState::kPurged);
}

TEST_F(PurgeStepTest, AQuarantinedChunkDoesNotHoldItsBatch) {
  const BatchId batch = world.submitted();
  world.move(world.chunks_of(batch).front().id, ChunkState::kQuarantined, "for a reason");
  world.move_batch(batch, BatchState::kLoaded);
  PurgeStep step = make_step();
  run_all(step);
  EXPECT_EQ(world.batch(batch).state, BatchState::kPurged);
}

TEST_F(PurgeStepTest, KeepsABatchWhoseObjectsStay) {
  const BatchId batch = world.chunk(loaded()).batch;
  PurgeStep step = make_step(hours(1));
  run_all(step);
  EXPECT_EQ(world.batch(batch).state, BatchState::kLoaded);
}

TEST_F(PurgeStepTest, GoesOnWhenTheFilesAreGoneAlready) {
  const ChunkId id = loaded();
  make_step().run();  // removes the files; then the process ends before the commit
  PurgeStep step = make_step();
  run_all(step);
  EXPECT_EQ(world.chunk(id).state, ChunkState::kPurged);
}

TEST_F(PurgeStepTest, ForgetsNothingWhenTheStageCannotRemove) {
  const ChunkId id = loaded();
  stage.fail_next({ErrorKind::kUnavailable, "remove", "objects", "no answer", {}});
  PurgeStep step = make_step();
  const StepOutcome outcome = step.run();
  EXPECT_EQ(outcome.result, StepResult::kTryAgain);
  EXPECT_TRUE(outcome.transitions.empty());
  run_all(step);
  EXPECT_EQ(world.chunk(id).state, ChunkState::kPurged);
}

TEST_F(PurgeStepTest, SaysThatALocalFileCannotBeRemoved) {
  const ChunkId id = loaded();
  files.fail_nth(FileCall::kRemove, "/chunks");
  PurgeStep step = make_step();
  EXPECT_TRUE(step.run().reason.has_value());
  run_all(step);
  EXPECT_FALSE(has_file(id));
}

TEST_F(PurgeStepTest, RetiresTheJournalBehindVerifiedChunks) {
  loaded();
  const Position proven = world.cursor();
  world.pack();
  PurgeStep step = make_step();
  run_all(step);
  EXPECT_EQ(journal.up_to, proven);
}

TEST_F(PurgeStepTest, NeverRetiresTheJournalPastAChunkThatIsNotProven) {
  const Position begin = world.cursor();
  const BatchId batch = world.submitted();
  loaded();
  PurgeStep step = make_step();
  run_all(step);
  EXPECT_LE(journal.up_to, begin);
  world.move(world.chunks_of(batch).front().id, ChunkState::kQuarantined, "for a reason");
  run_all(step);
  EXPECT_EQ(journal.up_to, world.cursor());
}

TEST_F(PurgeStepTest, KeepsTheJournalOfAChunkThatWasQuarantinedBeforeItWasStaged) {
  const Position begin = world.cursor();
  const ChunkId id = world.pack();
  world.move(id, ChunkState::kQuarantined, "its file is damaged");
  loaded();
  PurgeStep step = make_step();
  run_all(step);
  EXPECT_LE(journal.up_to, begin);
}

TEST_F(PurgeStepTest, TellsTheJournalOnlyWhatIsNew) {
  loaded();
  PurgeStep step = make_step();
  run_all(step);
  run_all(step);
  EXPECT_EQ(journal.calls, 1);
}

TEST_F(PurgeStepTest, TriesAgainWhenTheJournalCannotBeRetired) {
  loaded();
  journal.broken = true;
  PurgeStep step = make_step();
  EXPECT_EQ(step.run().result, StepResult::kTryAgain);
  journal.broken = false;
  run_all(step);
  EXPECT_EQ(journal.up_to, world.cursor());
}

TEST_F(PurgeStepTest, IsIdleWithoutAnythingDecided) {
  PurgeStep step = make_step();
  EXPECT_EQ(step.run().result, StepResult::kIdle);
  EXPECT_EQ(journal.calls, 0);
}

}  // namespace
}  // namespace firn
