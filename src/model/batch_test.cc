#include "model/batch.h"

#include <gtest/gtest.h>

namespace firn {
namespace {

TEST(Batch, LiesInAFolderOfItsPeriod) {
  Batch batch;
  batch.period = "2026-11";
  batch.number = 42;
  EXPECT_EQ(batch.directory(), "2026-11/000042");
}

TEST(BatchState, MovesOnlyAsDesigned) {
  EXPECT_TRUE(can_move(BatchState::kOpen, BatchState::kClosing));
  EXPECT_TRUE(can_move(BatchState::kSubmitted, BatchState::kClosing));
  EXPECT_FALSE(can_move(BatchState::kOpen, BatchState::kSubmitted));
  EXPECT_FALSE(can_move(BatchState::kPurged, BatchState::kOpen));
}

TEST(BatchState, NamesCanBeReadBack) {
  EXPECT_EQ(parse_batch_state(to_string(BatchState::kClosing)), BatchState::kClosing);
  EXPECT_FALSE(parse_batch_state("closed"));
}

}  // namespace
}  // namespace firn
