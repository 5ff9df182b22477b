// What LoadStep submits once more, and what it does not.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "load/load_step.h"
#include "tests/support/catalog_scenario.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"
#include "tests/support/memory_loader.h"
#include "tests/support/memory_stage.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

Error no_answer() { return {ErrorKind::kUnavailable, "load", "destination", "no answer", {}}; }

class LoadStepRepeatTest : public testing::Test {
 protected:
  LoadStep make_step() {
    return {CatalogScenario::repeater(),
            CatalogScenario::table(),
            {catalog, stage, loader, clock, [](const Batch&) { return Status(); },
             [this](const std::string& why) { told.push_back(why); }},
            [this] { return "request " + std::to_string(++requests); }};
  }
  void run() { world.apply(step.run()); }
  /// A closing batch with that many staged chunks.
  BatchId closing(int chunks = 1) {
    for (int i = 0; i < chunks; ++i) {
      world.staged();
    }
    return world.cut();
  }
  void asked() {
    closing();
    run();
    run();
  }
  Chunk only_chunk(BatchId batch) { return world.chunks_of(batch).at(0); }

  SimulatedFileSystem files;
  MemoryStage stage{files};
  MemoryCatalog catalog;
  MemoryLoader loader;
  ManualClock clock;
  CatalogScenario world{catalog, clock};
  int requests = 0;
  std::vector<std::string> told;  ///< of ageing chunks
  LoadStep step = make_step();
};

TEST_F(LoadStepRepeatTest, DoesNotSubmitWhatTheDestinationMayHaveForgotten) {
  const BatchId batch = closing(2);
  const auto chunks = world.chunks_of(batch);
  loader.age(chunks[0].key, "too old");
  run();
  run();
  EXPECT_EQ(world.chunk(chunks[0].id).state, ChunkState::kQuarantined);
  EXPECT_EQ(world.chunk(chunks[0].id).reason, "too old");
  ASSERT_EQ(loader.submitted().size(), 1U);
  EXPECT_EQ(loader.submitted()[0].files.size(), 1U);
}

TEST_F(LoadStepRepeatTest, TellsOnceOfAChunkThatAgesUntilItIsProven) {
  const BatchId batch = closing(2);
  loader.begin_to_age(world.chunks_of(batch)[1].key, "ages");
  run();
  run();
  EXPECT_EQ(told, std::vector<std::string>{"ages"});
  EXPECT_EQ(loader.submitted().at(0).files.size(), 2U) << "what is done with it is the loader's";
  run();
  run();
  EXPECT_EQ(told, (std::vector<std::string>{"ages", ""}));
}

TEST_F(LoadStepRepeatTest, DoesNotRepeatARequestThatIsTooOld) {
  const BatchId batch = closing();
  run();
  const ChunkId chunk = only_chunk(batch).id;
  loader.age(only_chunk(batch).key, "too old");
  LoadStep after_a_restart = make_step();
  world.apply(after_a_restart.run());
  EXPECT_EQ(world.chunk(chunk).state, ChunkState::kQuarantined);
  EXPECT_TRUE(loader.submitted().empty());
}

TEST_F(LoadStepRepeatTest, SaysThatARequestMayHaveBeenSubmittedBefore) {
  closing();
  run();
  loader.fail_next_submit(no_answer());
  run();
  run();
  ASSERT_EQ(loader.submitted().size(), 1U);
  EXPECT_TRUE(loader.submitted()[0].is_repeat);
  EXPECT_TRUE(loader.submitted()[0].files[0].first_submitted_at);
}

TEST_F(LoadStepRepeatTest, DoesNotSaySoOfTheFirstSubmission) {
  asked();
  EXPECT_FALSE(loader.submitted().at(0).is_repeat);
  EXPECT_FALSE(loader.submitted().at(0).files.at(0).first_submitted_at);
}

TEST_F(LoadStepRepeatTest, AReplacedChunkIsNoProofThatTheTableHasRows) {
  const BatchId batch = world.submitted();
  const ChunkId refused = only_chunk(batch).id;
  world.report(refused, FileStatus::kFailed, 0);
  world.move(world.next_attempt(refused).id, ChunkState::kStaged);
  world.move(refused, ChunkState::kPurged);
  world.move_batch(batch, BatchState::kClosing);
  run();
  run();
  ASSERT_EQ(loader.submitted().size(), 1U);
  EXPECT_TRUE(loader.submitted()[0].verified.empty());
}

TEST_F(LoadStepRepeatTest, AProvenChunkStaysAProofWhenItIsPurged) {
  world.move(world.loaded(), ChunkState::kPurged);
  asked();
  ASSERT_EQ(loader.submitted().size(), 1U);
  ASSERT_EQ(loader.submitted()[0].verified.size(), 1U);
  EXPECT_EQ(loader.submitted()[0].verified[0].rows, CatalogScenario::kRows);
}

TEST_F(LoadStepRepeatTest, NamesTheNewestProvenChunksAndNotAll) {
  std::vector<ObjectKey> keys;
  for (int i = 0; i < 25; ++i) {
    keys.push_back(world.chunk(world.loaded()).key);
  }
  for (int round = 0; round < 2; ++round) {
    asked();
    run();
    const auto verified = loader.submitted().back().verified;
    ASSERT_EQ(verified.size(), 20U);
    EXPECT_EQ(verified[0].key, keys[5]);
    EXPECT_EQ(verified[19].key, keys[24]);
  }
}

}  // namespace
}  // namespace firn
