#include "load/trigger_step.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "tests/support/catalog_scenario.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"

namespace firn {
namespace {

const TriggerPolicy kAfterADay{.max_age = std::chrono::hours(24)};

class TriggerStepTest : public testing::Test {
 protected:
  /// Each chunk of the scenario counts as 1000 uncompressed bytes.
  TriggerStep make_step(std::uint64_t threshold = 0) {
    TriggerPolicy policy;
    policy.threshold_bytes = threshold;
    return make_step(policy);
  }
  TriggerStep make_step(const TriggerPolicy& policy) {
    return {CatalogScenario::repeater(), catalog, clock, {policy, {}, [this] { return draining; }}, view()};
  }
  JournalView view() {
    return {[this] { return journal_end; }, [this] { return packed_to.value_or(journal_end); },
            [this](std::optional<Position>) { return received_at; }};
  }
  StepOutcome run(TriggerStep& step) {
    StepOutcome outcome = step.run();
    world.apply(outcome);
    return outcome;
  }
  /// A sealed chunk, and behind it 500 records that pack has not read; all came a day ago.
  void leave_pack_behind() {
    world.pack();
    journal_end = world.cursor().plus(500);
    packed_to = world.cursor();
    clock.advance(std::chrono::hours(24));
  }
  std::size_t closed() {
    BatchFilter filter;
    filter.states = {BatchState::kClosing};
    return catalog.batches(filter).value().size();
  }

  MemoryCatalog catalog;
  ManualClock clock;
  CatalogScenario world{catalog, clock};
  Position journal_end = Position::make(0, 0, 0);
  std::optional<Position> packed_to;  // the journal's end when there is none
  bool draining = false;
  Result<std::optional<Timestamp>> received_at;  // of the first record that is not decided
};

TEST_F(TriggerStepTest, AThresholdCutsAtTheLastSealedChunk) {
  TriggerStep step = make_step(2000);
  const BatchId batch = world.open_batch().id;
  world.pack();
  EXPECT_EQ(run(step).result, StepResult::kIdle);
  world.staged();
  journal_end = world.cursor().plus(5);
  run(step);
  EXPECT_EQ(world.batch(batch).cut, world.cursor());
  EXPECT_EQ(world.batch(batch).cause, TriggerCause::kThreshold);
}

TEST_F(TriggerStepTest, LaterRecordsBelongToTheNextBatch) {
  TriggerStep step = make_step(1000);
  const BatchId first = world.open_batch().id;
  world.pack();
  run(step);
  EXPECT_NE(world.chunk(world.pack()).batch, first);
}

TEST_F(TriggerStepTest, AnOperatorCutsAtTheJournalsEnd) {
  TriggerStep step = make_step();
  const BatchId batch = world.open_batch().id;
  world.pack();
  journal_end = world.cursor().plus(5);
  EXPECT_EQ(step.request_cut(), journal_end);
  run(step);
  EXPECT_EQ(world.batch(batch).cut, journal_end);
  EXPECT_EQ(world.batch(batch).cause, TriggerCause::kOperator);
  EXPECT_EQ(world.open_batch().period, "2026-03");
}

TEST_F(TriggerStepTest, WhatCameAfterTheRequestIsNotWaitedFor) {
  TriggerStep step = make_step();
  const BatchId batch = world.open_batch().id;
  journal_end = world.cursor().plus(5);
  step.request_cut();
  journal_end = world.cursor().plus(500);
  run(step);
  EXPECT_EQ(world.batch(batch).cut, world.cursor().plus(5));
}

TEST_F(TriggerStepTest, AChunkThatWasSealedPastTheRequestIsPartOfTheBatch) {
  TriggerStep step = make_step();
  const BatchId batch = world.open_batch().id;
  journal_end = world.cursor().plus(5);
  step.request_cut();
  world.pack();
  run(step);
  EXPECT_EQ(world.batch(batch).cut, world.cursor());
}

TEST_F(TriggerStepTest, OneRequestMakesOneBatch) {
  TriggerStep step = make_step();
  world.pack();
  journal_end = world.cursor();
  step.request_cut();
  run(step);
  run(step);
  run(step);
  EXPECT_EQ(closed(), 1U);
}

TEST_F(TriggerStepTest, ARequestIsServedAgainWhenItsCommitFailed) {
  TriggerStep step = make_step();
  world.pack();
  journal_end = world.cursor();
  step.request_cut();
  step.run();
  run(step);
  EXPECT_EQ(closed(), 1U);
}

TEST_F(TriggerStepTest, ARequestIsServedOnceWhenTheAnswerToItsCommitWasLost) {
  TriggerStep step = make_step();
  world.pack();
  journal_end = world.cursor().plus(1);
  step.request_cut();
  catalog.fail_next_commit(CommitFault::kAfterApply);
  EXPECT_FALSE(catalog.commit(step.run().transitions));
  run(step);
  EXPECT_EQ(closed(), 1U);
}

TEST_F(TriggerStepTest, ARequestWithNothingToIngestMakesNoBatch) {
  TriggerStep step = make_step();
  world.pack();
  world.cut();
  journal_end = world.cursor();
  step.request_cut();
  EXPECT_EQ(run(step).result, StepResult::kDone);
  EXPECT_EQ(run(step).result, StepResult::kIdle);
  EXPECT_EQ(closed(), 1U);
}

TEST_F(TriggerStepTest, ARequestOnAnEmptyJournalMakesNoBatch) {
  TriggerStep step = make_step();
  step.request_cut();
  run(step);
  EXPECT_EQ(closed(), 0U);
}

TEST_F(TriggerStepTest, ARequestBeforeTheFirstBatchWaitsForIt) {
  MemoryCatalog fresh;
  journal_end = Position::make(0, 0, 7);
  TriggerStep step(CatalogScenario::repeater(), fresh, clock, {}, view());
  step.request_cut();
  EXPECT_TRUE(step.run().again_in.has_value());
  const CatalogScenario opened(fresh, clock);
  EXPECT_EQ(step.run().transitions.size(), 1U);
}

TEST_F(TriggerStepTest, NobodyWaitsForARequestWhenItStops) {
  TriggerStep step = make_step();
  using Served = TriggerStep::Served;
  EXPECT_EQ(step.wait_served(Duration::max() / 2), Served::kYes);
  journal_end = Position::make(0, 0, 1);
  step.request_cut();
  EXPECT_EQ(step.wait_served(Duration::zero()), Served::kNotYet);
  step.stop_waiting();
  EXPECT_EQ(step.wait_served(Duration::max() / 2), Served::kStopping);
}

TEST_F(TriggerStepTest, IsIdleBeforeTheFirstBatchWithoutARequest) {
  MemoryCatalog fresh;
  TriggerStep step(CatalogScenario::repeater(), fresh, clock, {}, view());
  EXPECT_FALSE(step.run().again_in.has_value());
  step.request_cut();
  EXPECT_FALSE(step.run().again_in.has_value());
}

TEST_F(TriggerStepTest, ARecordThatWasReceivedTooLongAgoCutsAtTheJournalsEnd) {
  TriggerStep step = make_step(kAfterADay);
  const BatchId batch = world.open_batch().id;
  world.pack();
  journal_end = world.cursor().plus(5);
  received_at = clock.now();
  EXPECT_LE(run(step).again_in, std::chrono::minutes(1));
  clock.advance(std::chrono::hours(24));
  run(step);
  EXPECT_EQ(world.batch(batch).cut, journal_end);
  EXPECT_EQ(world.batch(batch).cause, TriggerCause::kMaxAge);
}

TEST_F(TriggerStepTest, ARecordThatACutCoversIsNotDueAgain) {
  TriggerStep step = make_step(kAfterADay);
  world.pack();
  journal_end = world.cursor().plus(5);
  received_at = clock.now();
  clock.advance(std::chrono::hours(24));
  run(step);
  run(step);
  EXPECT_EQ(closed(), 1U);
}

TEST_F(TriggerStepTest, ABatchThatIsDueWaitsUntilPackHasReadToItsEnd) {
  TriggerStep step = make_step(kAfterADay);
  const BatchId batch = world.open_batch().id;
  leave_pack_behind();
  EXPECT_LT(run(step).again_in, std::chrono::seconds(1));
  ASSERT_FALSE(world.batch(batch).cut) << "pack has not read to the end";
  const Position due_end = journal_end;
  packed_to = due_end;
  journal_end = due_end.plus(7);
  run(step);
  EXPECT_EQ(world.batch(batch).cut, due_end);
}

TEST_F(TriggerStepTest, WhatIsSealedGoesWithoutAPackThatStandsStill) {
  TriggerStep step = make_step(kAfterADay);
  const BatchId batch = world.open_batch().id;
  leave_pack_behind();
  run(step);
  clock.advance(std::chrono::minutes(1));
  run(step);
  EXPECT_EQ(world.batch(batch).cut, world.cursor());
  run(step);
  EXPECT_EQ(closed(), 1U) << "the next batch has nothing yet";
}

TEST_F(TriggerStepTest, APackThatReadsOnDoesNotStandStill) {
  TriggerStep step = make_step(kAfterADay);
  leave_pack_behind();
  for (int i = 0; i < 10; ++i) {
    run(step);
    clock.advance(std::chrono::seconds(40));
    packed_to = packed_to->plus(10);
  }
  run(step);
  EXPECT_EQ(closed(), 0U) << "what an outage has left goes out as one";
  packed_to = journal_end;
  run(step);
  EXPECT_EQ(world.batch(1).cut, journal_end);
}

TEST_F(TriggerStepTest, WhatCameWhilePackStoodStillIsPartOfTheBacklog) {
  TriggerStep step = make_step(kAfterADay);
  journal_end = world.cursor().plus(5);
  packed_to = world.cursor();
  received_at = clock.now();
  clock.advance(std::chrono::hours(24));
  run(step);
  journal_end = world.cursor().plus(500);
  clock.advance(std::chrono::minutes(1));
  run(step);
  packed_to = world.cursor().plus(10);
  run(step);
  EXPECT_EQ(closed(), 0U);
  packed_to = journal_end;
  run(step);
  EXPECT_EQ(world.batch(1).cut, journal_end);
}

TEST_F(TriggerStepTest, ARequestForWhatAnotherHasClosedMakesNoBatch) {
  TriggerStep step = make_step();
  journal_end = world.cursor().plus(5);
  step.request_cut();
  run(step);
  step.request_cut();
  run(step);
  run(step);
  EXPECT_EQ(closed(), 1U) << "although pack has decided nothing of it yet";
  EXPECT_EQ(step.wait_served(Duration::zero()), TriggerStep::Served::kYes);
}

TEST_F(TriggerStepTest, AnEmptyBatchEndsWithItsPeriodBehindABatchThatPackHasNotRead) {
  TriggerStep step = make_step();
  world.pack();
  journal_end = world.cursor().plus(5);
  step.request_cut();
  run(step);
  clock.advance(std::chrono::hours(24 * 31));
  run(step);
  EXPECT_EQ(world.open_batch().period, "2026-04");
  EXPECT_EQ(world.batch(2).cut, journal_end);
}

TEST_F(TriggerStepTest, AScheduleFiresOnceHoweverLateAndWhateverTheClockDoes) {
  TriggerPolicy policy;
  const Timestamp due = clock.now() + std::chrono::hours(1);
  policy.schedule = [due](Timestamp after) { return after < due ? std::optional(due) : std::nullopt; };
  TriggerStep step = make_step(policy);
  world.pack();
  journal_end = world.cursor();
  run(step);
  EXPECT_EQ(closed(), 0U);
  clock.advance(std::chrono::hours(24 * 7));
  run(step);
  ASSERT_EQ(closed(), 1U);
  clock.set(due - std::chrono::minutes(1));
  world.pack();
  journal_end = world.cursor();
  step.request_cut();
  run(step);
  ASSERT_EQ(closed(), 2U);
  world.pack();
  journal_end = world.cursor();
  clock.advance(std::chrono::minutes(2));
  run(step);
  EXPECT_EQ(closed(), 2U) << "the moment has fired before";
}

TEST_F(TriggerStepTest, AnEmptyBatchMakesRoomForTheNextPeriod) {
  TriggerStep step = make_step(kAfterADay);
  world.pack();
  world.cut();
  journal_end = world.cursor();
  const BatchId empty = world.open_batch().id;
  clock.advance(std::chrono::hours(24 * 31));
  run(step);
  EXPECT_EQ(world.batch(empty).cause, TriggerCause::kPeriod);
  EXPECT_EQ(world.open_batch().period, "2026-04");
  clock.set(clock.now() - std::chrono::hours(48));
  run(step);
  EXPECT_EQ(world.open_batch().period, "2026-04") << "a clock that is set back opens no old directory";
}

TEST_F(TriggerStepTest, ABatchWithChunksStaysInThePeriodInWhichItWasOpened) {
  TriggerStep step = make_step(1'000'000);
  const BatchId batch = world.open_batch().id;
  world.pack();
  journal_end = world.cursor();
  clock.advance(std::chrono::hours(24 * 31));
  run(step);
  EXPECT_EQ(world.open_batch().id, batch);
}

TEST_F(TriggerStepTest, ADrainClosesWhatIsSealedAndThenNothingMore) {
  TriggerStep step = make_step(kAfterADay);
  world.staged();
  journal_end = world.cursor();
  run(step);
  EXPECT_EQ(closed(), 0U);
  draining = true;
  run(step);
  run(step);
  EXPECT_EQ(closed(), 1U);
}

TEST_F(TriggerStepTest, ADamagedJournalHoldsUpNothingThatIsSealed) {
  TriggerStep step = make_step(kAfterADay);
  world.pack();
  journal_end = world.cursor().plus(5);
  packed_to = world.cursor();
  received_at = fail(Error{ErrorKind::kDamaged, "read", "journal", "a block is damaged", ""});
  clock.advance(std::chrono::hours(24));
  run(step);
  clock.advance(std::chrono::minutes(1));
  run(step);
  EXPECT_EQ(closed(), 1U);
}

TEST_F(TriggerStepTest, AThresholdDoesNotUseUpAScheduleThatIsDue) {
  TriggerPolicy policy;
  const Timestamp due = clock.now() + std::chrono::hours(1);
  policy.threshold_bytes = 1000;
  policy.schedule = [due](Timestamp after) { return after < due ? std::optional(due) : std::nullopt; };
  TriggerStep step = make_step(policy);
  received_at = clock.now();
  world.pack();
  journal_end = world.cursor().plus(500);
  clock.advance(std::chrono::hours(2));
  run(step);
  ASSERT_EQ(closed(), 1U) << "by the threshold";
  const BatchId rest = world.open_batch().id;
  run(step);
  EXPECT_EQ(world.batch(rest).cause, TriggerCause::kSchedule);
  EXPECT_EQ(world.batch(rest).cut, journal_end);
}

TEST_F(TriggerStepTest, ARequestForWhatIsClosingAlreadyMakesNoBatch) {
  TriggerStep step = make_step();
  world.pack();
  journal_end = world.cursor().plus(5);
  step.request_cut();
  run(step);
  step.request_cut();
  run(step);
  run(step);
  EXPECT_EQ(closed(), 1U);
}

TEST_F(TriggerStepTest, AFirstBatchMakesRoomForTheNextPeriodToo) {
  TriggerStep step = make_step(kAfterADay);
  clock.advance(std::chrono::hours(24 * 31));
  run(step);
  EXPECT_EQ(world.open_batch().period, "2026-04");
}

}  // namespace
}  // namespace firn
