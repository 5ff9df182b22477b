#include "purge/retire_step.h"

#include <gtest/gtest.h>

#include <vector>

#include "purge/retired_journal.h"
#include "tests/support/catalog_samples.h"
#include "tests/support/memory_catalog.h"

namespace firn {
namespace {

class RetireStepTest : public testing::Test {
 protected:
  void commit(const Transition& transition) { ASSERT_TRUE(catalog.commit({&transition, 1})); }

  MemoryCatalog catalog;
  RetiredJournal journal;
  RetireStep step{forms(), catalog, journal};
};

TEST_F(RetireStepTest, HasNothingToDoBeforeTheFirstDecision) {
  EXPECT_EQ(step.run().result, StepResult::kIdle);
  EXPECT_EQ(journal.calls, 0);
}

TEST_F(RetireStepTest, RetiresTheJournalBehindTheRequests) {
  commit(requests_over(at(0), at(3), "f1"));
  EXPECT_EQ(step.run().result, StepResult::kIdle);
  EXPECT_EQ(journal.up_to, at(3));
  EXPECT_EQ(step.run().result, StepResult::kIdle);
  EXPECT_EQ(journal.calls, 1) << "there is nothing new to say";
}

TEST_F(RetireStepTest, NeverRetiresPastAChunkOfAnEarlierTime) {
  commit(OpenFirstBatch{forms(), "2026-03", moment(0)});
  commit(requests_over(at(0), at(3), "f1"));
  commit(decision_over(at(3), at(5), 1));
  commit(requests_over(at(5), at(6), "f2"));
  EXPECT_EQ(step.run().result, StepResult::kIdle);
  EXPECT_EQ(journal.up_to, at(3));
}

TEST_F(RetireStepTest, TriesAgainWhenTheJournalFails) {
  commit(requests_over(at(0), at(3), "f1"));
  journal.broken = true;
  EXPECT_EQ(step.run().result, StepResult::kTryAgain);
  journal.broken = false;
  EXPECT_EQ(step.run().result, StepResult::kIdle);
  EXPECT_EQ(journal.up_to, at(3));
}

}  // namespace
}  // namespace firn
