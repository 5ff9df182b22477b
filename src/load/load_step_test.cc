#include "load/load_step.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "model/period.h"
#include "tests/support/catalog_scenario.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"
#include "tests/support/memory_loader.h"
#include "tests/support/memory_stage.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

Error no_answer(ErrorKind kind = ErrorKind::kUnavailable) { return {kind, "load", "destination", "no answer", {}}; }

class LoadStepTest : public testing::Test {
 protected:
  LoadStep make_step() {
    return {CatalogScenario::repeater(),
            CatalogScenario::table(),
            {catalog, stage, loader, clock,
             [this](const Batch& batch) {
               marked.push_back(batch.id);
               return mark_fault ? Status(fail(*mark_fault)) : Status();
             }},
            [this] { return "request " + std::to_string(++requests); }};
  }
  StepOutcome run() {
    StepOutcome outcome = step.run();
    world.apply(outcome);
    return outcome;
  }
  /// A closing batch with that many staged chunks.
  BatchId closing(int chunks = 1) {
    for (int i = 0; i < chunks; ++i) {
      world.staged();
    }
    return world.cut();
  }
  /// A batch that the destination has been asked to load.
  BatchId asked(int chunks = 1) {
    const BatchId batch = closing(chunks);
    run();
    run();
    return batch;
  }
  /// Runs the step until the next request has ended and was settled.
  void attempt() {
    const auto before = loader.submitted().size();
    for (int i = 0; i < 10 && loader.submitted().size() == before; ++i) {
      run();
    }
    run();
  }
  void until_held(ChunkId chunk) {
    for (int i = 0; i < 100 && world.chunk(chunk).state != ChunkState::kQuarantined; ++i) {
      run();
    }
    ASSERT_EQ(world.chunk(chunk).state, ChunkState::kQuarantined);
  }
  /// What verify does with a chunk that is reported loaded.
  void judge(ChunkId chunk) { world.move(chunk, ChunkState::kLoaded); }
  Chunk only_chunk(BatchId batch) { return world.chunks_of(batch).at(0); }
  BatchState state(BatchId batch) { return world.batch(batch).state; }

  SimulatedFileSystem files;
  MemoryStage stage{files};
  MemoryCatalog catalog;
  MemoryLoader loader;
  ManualClock clock;
  CatalogScenario world{catalog, clock};
  int requests = 0;
  std::vector<BatchId> marked;
  std::optional<Error> mark_fault;
  LoadStep step = make_step();
};

TEST_F(LoadStepTest, IsIdleWithoutAClosedBatch) {
  world.staged();
  EXPECT_EQ(run().result, StepResult::kIdle);
}

TEST_F(LoadStepTest, RecordsWhatALoadHasUsedWithItsReports) {
  loader.charge({{UsageItem::kSnowpipeBytes, 70}, {UsageItem::kLoads, 1}});
  const BatchId batch = closing();
  run();  // the intent
  run();  // the request
  loader.fail_next_poll(no_answer());
  run();
  EXPECT_TRUE(catalog.usage({}).value().empty());
  run();
  EXPECT_TRUE(only_chunk(batch).report);
  const std::string day = format_period(Period::kDay, clock.now());
  const std::vector<UsageEntry> used{{CatalogScenario::repeater(), day, UsageItem::kLoads, 1},
                                     {CatalogScenario::repeater(), day, UsageItem::kSnowpipeBytes, 70}};
  EXPECT_EQ(catalog.usage({}).value(), used);
  run();
  EXPECT_EQ(catalog.usage({}).value(), used) << "once";
}

TEST_F(LoadStepTest, WaitsUntilEverythingBeforeTheCutIsDecided) {
  const BatchId batch = world.open_batch().id;
  world.staged();
  world.apply({CutBatch{CatalogScenario::repeater(), batch, world.cursor().plus(1), TriggerCause::kOperator, "2026-03",
                        clock.now()}});
  EXPECT_EQ(run().result, StepResult::kIdle);
  EXPECT_EQ(state(batch), BatchState::kClosing);
}

TEST_F(LoadStepTest, MarksTheBatchBeforeItIsAskedFor) {
  const BatchId batch = closing();
  mark_fault = no_answer();
  EXPECT_EQ(run().result, StepResult::kTryAgain);
  EXPECT_EQ(state(batch), BatchState::kClosing);
  mark_fault = no_answer(ErrorKind::kConflict);
  EXPECT_EQ(run().result, StepResult::kBlocked);
  EXPECT_EQ(state(batch), BatchState::kClosing);
  mark_fault.reset();
  run();
  EXPECT_EQ(state(batch), BatchState::kSubmitted);
  EXPECT_EQ(marked, (std::vector<BatchId>{batch, batch, batch}));
}

TEST_F(LoadStepTest, WaitsUntilNoChunkIsPackedAnyMore) {
  world.staged();
  world.pack();
  const BatchId batch = world.cut();
  EXPECT_EQ(run().result, StepResult::kIdle);
  EXPECT_EQ(state(batch), BatchState::kClosing);
}

TEST_F(LoadStepTest, ClosesAnEmptyBatchAtOnce) {
  const BatchId batch = world.cut();
  run();
  EXPECT_EQ(state(batch), BatchState::kPurged);
  EXPECT_TRUE(loader.submitted().empty());
}

TEST_F(LoadStepTest, RecordsTheIntentBeforeItAsksTheDestination) {
  const BatchId batch = closing(2);
  run();
  EXPECT_EQ(state(batch), BatchState::kSubmitted);
  EXPECT_EQ(world.batch(batch).request_id, "request 1");
  EXPECT_EQ(world.chunks_of(batch).at(1).state, ChunkState::kSubmitted);
  EXPECT_TRUE(loader.submitted().empty());
}

TEST_F(LoadStepTest, AsksForAllFilesOfTheBatchAtTheirPlaceOnTheStage) {
  const BatchId batch = asked(2);
  const LoadJob job = loader.submitted().at(0);
  const Chunk chunk = world.chunks_of(batch).at(1);
  EXPECT_EQ(job.request_id, "request 1");
  EXPECT_EQ(job.batch, "forms/2026-03/000001");
  EXPECT_EQ(job.files.at(1).location, stage.location(chunk.key));
  EXPECT_EQ(job.files.at(1).rows, CatalogScenario::kRows);
  EXPECT_EQ(job.files.at(1).bytes_longest_row, 100U);
}

TEST_F(LoadStepTest, RecordsTheHandle) { EXPECT_EQ(world.batch(asked()).handle, "handle of request 1"); }

TEST_F(LoadStepTest, RepeatsTheSameRequestWhenTheHandleWasNotRecorded) {
  closing();
  run();
  step.run();  // the process ends before the handle is committed
  LoadStep after_restart = make_step();
  world.apply(after_restart.run());
  ASSERT_EQ(loader.submitted().size(), 2U);
  EXPECT_EQ(loader.submitted().at(1).request_id, loader.submitted().at(0).request_id);
}

TEST_F(LoadStepTest, TriesAgainWhenTheDestinationIsBusy) {
  const BatchId batch = closing();
  run();
  loader.fail_next_submit(no_answer(ErrorKind::kBusy));
  EXPECT_EQ(run().result, StepResult::kTryAgain);
  EXPECT_EQ(state(batch), BatchState::kSubmitted);
  EXPECT_TRUE(world.batch(batch).handle.empty());
}

TEST_F(LoadStepTest, IsBlockedWhenTheDestinationRefuses) {
  closing();
  run();
  loader.fail_next_submit(no_answer(ErrorKind::kConfiguration));
  EXPECT_EQ(run().result, StepResult::kBlocked);
}

TEST_F(LoadStepTest, LooksLessOftenTheLongerALoadTakes) {
  loader.run_for(20);
  asked();
  EXPECT_EQ(run().again_in, Duration(std::chrono::milliseconds(50)));
  EXPECT_EQ(run().again_in, Duration(std::chrono::milliseconds(100)));
  for (int i = 0; i < 10; ++i) {
    run();
  }
  EXPECT_EQ(run().again_in, Duration(std::chrono::seconds(5)));
}

TEST_F(LoadStepTest, LooksSoonAgainWhenAFileWasFinished) {
  loader.run_for(20);
  asked(2);
  for (int i = 0; i < 10; ++i) {
    run();
  }
  loader.say_finished(1);
  EXPECT_EQ(run().result, StepResult::kDone) << "what is known is recorded at once";
  EXPECT_EQ(run().again_in, Duration(std::chrono::milliseconds(50)));
  EXPECT_EQ(run().again_in, Duration(std::chrono::milliseconds(100)));
}

TEST_F(LoadStepTest, RecordsWhatTheDestinationSaysOfEachFile) {
  const BatchId batch = asked(2);
  const auto chunks = world.chunks_of(batch);
  loader.report_instead({chunks[1].key, FileStatus::kFailed, 0, "line 2: not UTF-8"});
  run();
  EXPECT_EQ(world.chunk(chunks[0].id).report->status, FileStatus::kLoaded);
  EXPECT_EQ(world.chunk(chunks[1].id).report->message, "line 2: not UTF-8");
  EXPECT_EQ(world.chunk(chunks[1].id).state, ChunkState::kSubmitted);
}

TEST_F(LoadStepTest, WaitsForVerifyOnceEverythingIsReported) {
  const BatchId batch = asked();
  run();
  EXPECT_EQ(run().result, StepResult::kIdle);
  EXPECT_EQ(state(batch), BatchState::kSubmitted);
}

TEST_F(LoadStepTest, TakesTheBatchAsLoadedWhenEveryChunkHasItsOutcome) {
  const BatchId batch = asked(2);
  run();
  world.move(world.chunks_of(batch)[0].id, ChunkState::kLoaded);
  run();
  EXPECT_EQ(state(batch), BatchState::kSubmitted);
  world.move(world.chunks_of(batch)[1].id, ChunkState::kQuarantined, "for a reason");
  run();
  EXPECT_EQ(state(batch), BatchState::kLoaded);
}

TEST_F(LoadStepTest, RefusesAReportThatLeavesAFileOut) {
  const BatchId batch = asked(2);
  loader.leave_out(world.chunks_of(batch)[1].key);
  EXPECT_EQ(run().result, StepResult::kBlocked);
  EXPECT_FALSE(world.chunks_of(batch)[0].report.has_value());
}

TEST_F(LoadStepTest, GoesBackWhenTheDestinationHasForgottenTheRequest) {
  const BatchId batch = asked(2);
  loader.forget({});
  EXPECT_EQ(run().result, StepResult::kTryAgain);
  EXPECT_EQ(state(batch), BatchState::kClosing);
  EXPECT_EQ(world.chunks_of(batch)[1].state, ChunkState::kStaged);
}

TEST_F(LoadStepTest, SaysWhyTheDestinationHasForgottenTheRequest) {
  asked();
  loader.forget(no_answer(ErrorKind::kBusy));
  EXPECT_EQ(run().reason->kind, ErrorKind::kBusy);
}

TEST_F(LoadStepTest, AsksAgainWithTheSameFilesAfterGoingBack) {
  const BatchId batch = asked(2);
  loader.forget({});
  run();
  run();
  run();
  ASSERT_EQ(loader.submitted().size(), 2U);
  EXPECT_EQ(loader.submitted()[1].files[0].key, loader.submitted()[0].files[0].key);
  EXPECT_NE(loader.submitted()[1].request_id, loader.submitted()[0].request_id);
  run();
  EXPECT_EQ(loader.times_loaded(world.chunks_of(batch)[0].key), 1);
}

TEST_F(LoadStepTest, RecordsWhatWasFinishedBeforeTheRunEnded) {
  const BatchId batch = asked(3);
  const auto chunks = world.chunks_of(batch);
  loader.die_at(chunks[1].key);
  EXPECT_EQ(run().result, StepResult::kTryAgain);
  EXPECT_EQ(state(batch), BatchState::kClosing);
  EXPECT_EQ(world.chunk(chunks[0].id).report->status, FileStatus::kLoaded);
  EXPECT_EQ(world.chunk(chunks[1].id).state, ChunkState::kStaged);
  EXPECT_EQ(world.chunk(chunks[2].id).state, ChunkState::kStaged);
  run();
  run();
  EXPECT_EQ(loader.submitted().at(1).files.size(), 2U);
}

TEST_F(LoadStepTest, LoadsOneFileAtATimeWhenRunsDieAgainAndAgain) {
  const BatchId batch = closing(3);
  const auto chunks = world.chunks_of(batch);
  loader.die_at(chunks[0].key);
  for (unsigned i = 0; i < FailedLoads::kTogether; ++i) {
    attempt();
    EXPECT_EQ(loader.submitted().back().files.size(), 3U);
  }
  for (int i = 0; i < 3; ++i) {
    attempt();
    EXPECT_EQ(loader.submitted().back().files.size(), 1U);
  }
  EXPECT_EQ(world.chunk(chunks[0].id).state, ChunkState::kStaged);
  EXPECT_EQ(world.chunk(chunks[1].id).report->status, FileStatus::kLoaded);
  EXPECT_EQ(world.chunk(chunks[2].id).report->status, FileStatus::kLoaded);
}

TEST_F(LoadStepTest, HoldsOnlyTheFileThatEndsEachOfItsRuns) {
  const BatchId batch = closing(3);
  const auto chunks = world.chunks_of(batch);
  loader.die_at(chunks[1].key);
  until_held(chunks[1].id);
  EXPECT_NE(world.chunk(chunks[1].id).reason.find("out of memory"), std::string::npos);
  judge(chunks[0].id);
  judge(chunks[2].id);
  run();
  run();
  EXPECT_EQ(state(batch), BatchState::kLoaded);
  EXPECT_EQ(loader.times_loaded(chunks[0].key), 1);
  EXPECT_EQ(loader.times_loaded(chunks[2].key), 1);
}

TEST_F(LoadStepTest, AHeldFileIsLoadedUnderAnotherNameOnceItCan) {
  const BatchId batch = closing();
  const Chunk chunk = only_chunk(batch);
  loader.die_at(chunk.key);
  until_held(chunk.id);
  loader.die_at_nothing();
  const Batch open = world.open_batch();
  Chunk next = world.chunk(chunk.id);
  next.attempt += 1;
  next.batch = open.id;
  next.key = chunk_key(next, open.directory());
  world.apply({ReplaceChunk{chunk.id, clock.now(), next, {}, 0}});
  const ChunkId id = world.chunks_of(open.id).front().id;
  world.move(id, ChunkState::kStaged);
  run();
  run();
  world.cut();
  attempt();
  EXPECT_EQ(world.chunk(id).report->status, FileStatus::kLoaded);
}

TEST_F(LoadStepTest, HoldsNoSecondFileUntilSomethingWasLoaded) {
  const BatchId batch = closing(2);
  const auto chunks = world.chunks_of(batch);
  loader.die_at(chunks[0].key);
  loader.die_at(chunks[1].key);
  until_held(chunks[0].id);
  for (unsigned i = 0; i < 3 * FailedLoads::kAlone; ++i) {
    attempt();
  }
  EXPECT_EQ(world.chunk(chunks[1].id).state, ChunkState::kStaged);
  loader.die_at_nothing();
  attempt();
  EXPECT_EQ(world.chunk(chunks[1].id).report->status, FileStatus::kLoaded);
}

TEST_F(LoadStepTest, HoldsNoFileForWhatTheMachineLacks) {
  const BatchId batch = closing();
  for (unsigned i = 0; i < 3 * FailedLoads::kAlone; ++i) {
    run();
    run();
    loader.forget(no_answer());
    EXPECT_EQ(run().result, StepResult::kTryAgain);
  }
  EXPECT_EQ(only_chunk(batch).state, ChunkState::kStaged);
}

TEST_F(LoadStepTest, ARestartAmongSingleFilesAsksForTheRest) {
  const BatchId batch = closing(2);
  const auto chunks = world.chunks_of(batch);
  loader.die_at(chunks[0].key);
  for (unsigned i = 0; i < FailedLoads::kTogether; ++i) {
    attempt();
  }
  run();  // the intent for one file
  LoadStep after_restart = make_step();
  loader.die_at_nothing();
  for (int i = 0; i < 6; ++i) {
    world.apply(after_restart.run());
  }
  EXPECT_EQ(world.chunk(chunks[0].id).report->status, FileStatus::kLoaded);
  EXPECT_EQ(world.chunk(chunks[1].id).report->status, FileStatus::kLoaded);
}

TEST_F(LoadStepTest, NeverAsksAgainWhileNothingIsKnownOfTheRequest) {
  const BatchId batch = asked();
  loader.fail_next_poll(no_answer());
  EXPECT_EQ(run().result, StepResult::kTryAgain);
  EXPECT_EQ(state(batch), BatchState::kSubmitted);
  EXPECT_EQ(loader.submitted().size(), 1U);
}

TEST_F(LoadStepTest, AQuarantinedChunkDoesNotHoldItsBatch) {
  const ChunkId bad = world.staged();
  world.move(bad, ChunkState::kQuarantined, "for a reason");
  const BatchId batch = asked();
  run();
  world.move(world.chunks_of(batch)[1].id, ChunkState::kLoaded);
  run();
  EXPECT_EQ(state(batch), BatchState::kLoaded);
  EXPECT_EQ(loader.submitted().at(0).files.size(), 1U);
}

TEST_F(LoadStepTest, ABatchOfNothingButQuarantinedChunksGoesOn) {
  world.move(world.staged(), ChunkState::kQuarantined, "for a reason");
  const BatchId batch = world.cut();
  run();
  run();
  EXPECT_EQ(state(batch), BatchState::kLoaded);
  EXPECT_TRUE(loader.submitted().empty());
}

/// A batch of two files, of which the destination has refused a row of the first.
class RefusedRowTest : public LoadStepTest {
 protected:
  void SetUp() override {
    batch = closing(2);
    first = world.chunks_of(batch)[0];
    loader.refuse_row(first.key, 3);
    for (int i = 0; i < 3; ++i) {
      run();
    }
    judge(world.chunks_of(batch)[1].id);
  }
  BatchId batch = 0;
  Chunk first;
};

TEST_F(RefusedRowTest, IsRecordedWithItsLine) {
  EXPECT_EQ(world.chunk(first.id).report->error_line, 3U);
  EXPECT_EQ(world.chunk(first.id).report->status, FileStatus::kFailed);
}

TEST_F(RefusedRowTest, HoldsItsBatchUntilTheNextAttemptIsStaged) {
  EXPECT_EQ(run().result, StepResult::kIdle);
  world.next_attempt(first.id);
  EXPECT_EQ(run().result, StepResult::kIdle);
  EXPECT_EQ(state(batch), BatchState::kSubmitted);
  EXPECT_EQ(loader.submitted().size(), 1U);
}

TEST_F(RefusedRowTest, IsFollowedByARequestForTheNextAttempt) {
  const Chunk next = world.next_attempt(first.id);
  world.move(next.id, ChunkState::kStaged);
  for (int i = 0; i < 4; ++i) {
    run();
  }
  ASSERT_EQ(loader.submitted().size(), 2U);
  ASSERT_EQ(loader.submitted()[1].files.size(), 1U);
  EXPECT_EQ(loader.submitted()[1].files[0].key, next.key);
  EXPECT_EQ(loader.submitted()[1].files[0].rows, CatalogScenario::kRows - 1);
  judge(next.id);
  run();
  EXPECT_EQ(state(batch), BatchState::kLoaded);
}

TEST_F(RefusedRowTest, WaitsForTheOtherAttemptsBeforeItAsksAgain) {
  const Chunk next = world.next_attempt(first.id);
  world.move(next.id, ChunkState::kStaged);
  world.apply({MoveBatch{batch, BatchState::kSubmitted, BatchState::kClosing, clock.now(), {}}});
  world.apply({MoveBatch{batch, BatchState::kClosing, BatchState::kSubmitted, clock.now(), "another"}});
  world.move(next.id, ChunkState::kSubmitted);
  world.apply({ReportChunk{next.id, {next.key, FileStatus::kFailed, 0, "no", 1}}});
  world.next_attempt(next.id);
  EXPECT_EQ(run().result, StepResult::kIdle);
  EXPECT_EQ(state(batch), BatchState::kSubmitted);
}

TEST_F(LoadStepTest, OneBatchAtATimeOldestFirst) {
  asked();
  const BatchId later = closing();
  run();
  run();
  EXPECT_EQ(state(later), BatchState::kClosing);
  EXPECT_EQ(loader.submitted().size(), 1U);
}

TEST_F(LoadStepTest, NeverLoadsRowsOfAnotherShapeIntoTheTable) {
  const ChunkId odd = world.pack("0123456789abcdef");
  world.move(odd, ChunkState::kStaged);
  const BatchId batch = asked();
  EXPECT_EQ(world.chunk(odd).state, ChunkState::kQuarantined);
  EXPECT_EQ(loader.submitted().at(0).files.size(), 1U);
  EXPECT_EQ(loader.submitted().at(0).files.at(0).key, world.chunks_of(batch)[1].key);
}

TEST_F(LoadStepTest, AChunkThatWasReturnedIsLoadedWithTheOpenBatch) {
  const ChunkId bad = world.staged();
  world.move(bad, ChunkState::kQuarantined, "for a reason");
  world.apply({ReturnChunk{bad, clock.now()}});
  asked();
  EXPECT_EQ(loader.submitted().at(0).files.at(0).key, world.chunk(bad).key);
}

}  // namespace
}  // namespace firn
