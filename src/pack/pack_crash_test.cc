#include "pack/pack_step.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "pack/quarantine_file.h"
#include "tests/support/pack_world.h"

namespace firn {
namespace {

using Offsets = std::vector<std::uint64_t>;

class PackCrashTest : public testing::Test, protected PackWorld {
 protected:
  static Position at(std::uint64_t offset) { return Position::make(1, 0, offset); }
};

// What stands in the way.

TEST_F(PackCrashTest, IsBlockedByDamageButLetsWhatLiesBeforeItGoOn) {
  accept(form("a"));
  journal.next_position = at(5);
  journal.read_error = Error{ErrorKind::kDamaged, "read", "segment 7", "the checksum does not match", ""};
  const auto outcome = settle();
  EXPECT_EQ(outcome.result, StepResult::kBlocked);
  EXPECT_EQ(outcome.reason->reason, "the checksum does not match");
  EXPECT_EQ(row_offsets(), Offsets{0});
}

TEST_F(PackCrashTest, IsBlockedWhenTheJournalEndsBeforeTheCursor) {
  accept(form("a"));
  accept(form("b"));
  pack_all();
  journal.next_position = at(1);
  EXPECT_EQ(settle().result, StepResult::kBlocked);
}

TEST_F(PackCrashTest, TriesAgainWhenTheDiskIsFull) {
  accept(form("a"));
  turn();
  files.set_free_bytes(0);
  cut();
  EXPECT_EQ(settle().result, StepResult::kTryAgain);
  EXPECT_TRUE(chunks().empty());
  files.set_free_bytes(1U << 20U);
  pack_all();
  EXPECT_EQ(row_offsets(), Offsets{0});
}

TEST_F(PackCrashTest, StopsAtTheFloorOfFreeSpaceAndSaysSo) {
  options.pack_floor_bytes = 1000;
  start();
  accept(form("a"));
  files.set_free_bytes(999);
  const auto outcome = settle();
  EXPECT_EQ(outcome.result, StepResult::kTryAgain);
  EXPECT_EQ(outcome.reason->kind, ErrorKind::kNoSpace);
}

TEST_F(PackCrashTest, SealsWhatItHasWhenTheFloorIsReached) {
  options.pack_floor_bytes = 1U << 20U;
  start();
  accept(form("a"));
  settle();
  accept(form("b"));
  files.set_free_bytes((1U << 20U) - 1);
  EXPECT_EQ(settle().result, StepResult::kTryAgain);
  EXPECT_EQ(row_offsets(), Offsets{0});
}

TEST_F(PackCrashTest, SurvivesEveryFailedFileCall) {
  const FileCall calls[] = {FileCall::kCreate, FileCall::kAppend,        FileCall::kSync, FileCall::kRename,
                            FileCall::kRemove, FileCall::kSyncDirectory, FileCall::kList};
  std::uint64_t accepted = 0;
  Offsets expected;
  for (const FileCall call : calls) {
    for (std::uint64_t nth = 1; nth <= 3; ++nth) {
      accept(form(std::to_string(accepted)));
      accept("not json");
      expected.push_back(accepted);
      accepted += 2;
      files.fail_nth(call, "/data", nth);
      pack_all();
      files.clear_faults();
      pack_all();
    }
  }
  EXPECT_EQ(row_offsets(), expected);
  EXPECT_EQ(quarantined().size(), expected.size());
}

// Exactly once.

TEST_F(PackCrashTest, ThrowsTheChunkAwayWhenTheCommitFailed) {
  accept(form("a"));
  settle();
  cut();
  catalog.fail_next_commit(CommitFault::kBeforeApply);
  turn();
  EXPECT_FALSE(commit_status);
  accept(form("b"));
  pack_all();
  EXPECT_EQ(row_offsets(), (Offsets{0, 1}));
  EXPECT_EQ(chunk_files().size(), 2U);
}

TEST_F(PackCrashTest, KeepsTheFileWhileAFailedCommitMayComeBack) {
  accept(form("a"));
  settle();
  cut();
  catalog.fail_next_commit(CommitFault::kInDoubt);
  turn();
  EXPECT_FALSE(commit_status);
  files.set_free_bytes(0);  // so the range can not be sealed again
  EXPECT_EQ(turn().result, StepResult::kTryAgain);
  files.set_free_bytes(1U << 20U);
  catalog.crash(true);
  crash(1);
  EXPECT_EQ(settle().result, StepResult::kIdle);
  EXPECT_EQ(row_offsets(), Offsets{0});
}

TEST_F(PackCrashTest, KeepsEveryFileInDoubtUntilALaterDecisionIsKept) {
  accept(form("a"));
  accept(form("b"));
  settle();
  clock.advance(std::chrono::hours(2));
  catalog.fail_next_commit(CommitFault::kInDoubt);
  turn();
  cut(at(1));
  catalog.fail_next_commit(CommitFault::kInDoubt);
  turn();
  EXPECT_FALSE(commit_status);
  run();
  EXPECT_EQ(chunk_files().size(), 2U);
  pack_all();
  EXPECT_EQ(chunk_files().size(), 2U);
  EXPECT_EQ(row_offsets(), (Offsets{0, 1}));
}

TEST_F(PackCrashTest, SealsTheSameRangeAgainWhenTheCommitFailed) {
  accept(form("a"));
  settle();
  clock.advance(std::chrono::hours(2));
  for (int i = 0; i < 10; ++i) {
    catalog.fail_next_commit(CommitFault::kInDoubt);
    turn();
    accept(form(std::to_string(i)));
    EXPECT_EQ(chunk_files().size(), 1U);
  }
  settle();
  EXPECT_EQ(chunks().at(0).rows, 1U);
  pack_all();
  EXPECT_EQ(row_offsets().size(), 11U);
}

TEST_F(PackCrashTest, KeepsTheChunkWhenTheCommitOnlySeemedToFail) {
  accept(form("a"));
  settle();
  cut();
  catalog.fail_next_commit(CommitFault::kAfterApply);
  turn();
  EXPECT_FALSE(commit_status);
  pack_all();
  EXPECT_EQ(row_offsets(), Offsets{0});
}

TEST_F(PackCrashTest, GivesWayToACutThatCameBeforeItsDecision) {
  accept(form("a"));
  accept(form("b"));
  settle();
  clock.advance(std::chrono::hours(2));
  const auto outcome = run();
  cut(at(1));
  EXPECT_EQ(catalog.commit(outcome.transitions).error().kind, ErrorKind::kConflict);
  pack_all();
  EXPECT_EQ(row_offsets(), (Offsets{0, 1}));
  EXPECT_EQ(chunks().size(), 2U);
}

TEST_F(PackCrashTest, PacksTheRangeAgainAfterACrashBeforeTheDecision) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    accept(form(std::to_string(seed)));
    settle();
    cut();
    ASSERT_EQ(run().transitions.size(), 1U);
    crash(seed);
    pack_all();
    ASSERT_EQ(row_offsets().size(), seed + 1) << seed;
    ASSERT_EQ(chunk_files().size(), seed + 1) << seed;
  }
}

TEST_F(PackCrashTest, OnlyRenamesAfterACrashBehindTheDecision) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    accept(form(std::to_string(seed)));
    settle();
    cut();
    ASSERT_TRUE(catalog.commit(run().transitions));
    crash(seed);
    journal.records.clear();  // nothing to pack it again from
    settle();
    ASSERT_EQ(chunks().size(), seed + 1) << seed;
    ASSERT_EQ(row_offsets().size(), seed + 1) << seed;
  }
}

TEST_F(PackCrashTest, LosesAndDoublesNothingWhereverItCrashes) {
  Offsets expected;
  std::uint64_t accepted = 0;
  for (std::uint64_t stop = 0; stop < 120; ++stop) {
    accept(form(std::to_string(stop), 1));
    expected.push_back(accepted++);
    accept(form(std::to_string(stop), 1));
    accept("not json");
    accepted += 2;
    files.stop_after(stop % 40);
    pack_all();
    crash(stop);
  }
  pack_all();
  EXPECT_EQ(row_offsets(), expected);
  EXPECT_EQ(counts().records, accepted);
  EXPECT_EQ(quarantined().size(), expected.size());
}

TEST_F(PackCrashTest, RemovesWhatACrashLeftOfUndecidedRanges) {
  accept("not json");
  accept(form("a"));
  settle();
  ASSERT_TRUE(files.exists("/data/chunks/forms/open.tmp").value());
  files.kill_process();
  journal.records.clear();  // an older journal was brought back, say
  journal.next_position = at(0);
  start();
  settle();
  EXPECT_TRUE(chunk_files().empty());
  EXPECT_TRUE(files.list("/data/quarantine/forms").value().empty());
}

TEST_F(PackCrashTest, KeepsTheQuarantineFilesOfDecidedRangesOverARestart) {
  accept("not json");
  pack_all();
  files.kill_process();
  start();
  settle();
  EXPECT_EQ(files.list("/data/quarantine/forms").value().size(), 1U);
}

TEST_F(PackCrashTest, DoesNotMissTheFileOfAStagedChunk) {
  accept(form("a"));
  pack_all();
  const std::vector<Transition> staged{
      MoveChunk{chunks().at(0).id, ChunkState::kPacked, ChunkState::kStaged, clock.now(), ""}};
  ASSERT_TRUE(catalog.commit(staged));
  ASSERT_TRUE(files.remove("/data/chunks/forms/" + chunk_files().at(0)));
  start();
  EXPECT_EQ(settle().result, StepResult::kIdle);
}

TEST_F(PackCrashTest, ShowsTheCountsOfTheOpenRange) {
  accept(form("a", 1));
  accept(form("a", 1));
  accept("not json");
  settle();
  EXPECT_EQ(step->open_counts().records, 3U);
  EXPECT_EQ(step->open_counts().duplicates, 1U);
  EXPECT_EQ(step->open_counts().quarantined, 1U);
  cut();
  settle();
  EXPECT_EQ(step->open_counts(), PackCounts());
}

}  // namespace
}  // namespace firn
