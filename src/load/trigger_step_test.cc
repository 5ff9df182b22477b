#include "load/trigger_step.h"

#include <gtest/gtest.h>

#include "tests/support/catalog_scenario.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"

namespace firn {
namespace {

TEST(TriggerPolicy, WaitsBelowTheThreshold) {
  EXPECT_EQ(decide_trigger({100}, {99, false}), std::nullopt);
  EXPECT_EQ(decide_trigger({100}, {100, false}), TriggerCause::kThreshold);
}

TEST(TriggerPolicy, NeverFiresBySizeWithoutAThreshold) {
  EXPECT_EQ(decide_trigger({0}, {1'000'000, false}), std::nullopt);
}

TEST(TriggerPolicy, AnOperatorsWordGoesFirst) {
  EXPECT_EQ(decide_trigger({100}, {100, true}), TriggerCause::kOperator);
}

class TriggerStepTest : public testing::Test {
 protected:
  /// Each chunk of the scenario counts as 1000 uncompressed bytes.
  TriggerStep make_step(std::uint64_t threshold = 0) {
    return {CatalogScenario::repeater(), catalog, clock, {threshold}, [this] { return journal_end; }};
  }
  StepOutcome run(TriggerStep& step) {
    StepOutcome outcome = step.run();
    world.apply(outcome);
    return outcome;
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
  TriggerStep step(CatalogScenario::repeater(), fresh, clock, {}, [] { return Position::make(0, 0, 7); });
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
  TriggerStep step(CatalogScenario::repeater(), fresh, clock, {1}, [] { return Position(); });
  EXPECT_FALSE(step.run().again_in.has_value());
  step.request_cut();
  EXPECT_FALSE(step.run().again_in.has_value());
}

}  // namespace
}  // namespace firn
