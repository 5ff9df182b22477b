#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "pack/mend_step.h"
#include "tests/support/mend_world.h"

namespace firn {
namespace {

/// Chunk 1 has the rows 0 to 4; the destination has refused that of line 3.
class MendCrashTest : public testing::Test, protected MendWorld {
 protected:
  void SetUp() override {
    for (const char* id : {"a", "b", "c", "d", "e"}) {
      accept(form(id));
    }
    pack_all();
    submit_all();
    refuse(1, 3);
  }

  static Chunk next_of(const StepOutcome& outcome) {
    return std::get<ReplaceChunk>(outcome.transitions.at(0)).next.value();
  }
  std::string path_of(ChunkId id) { return "/data/chunks/forms/" + file_name(chunk(id).key); }
  /// However often it was begun, the row is left out once, and nothing is left of the attempts.
  void expect_mended() {
    mend_all();
    settle();
    ASSERT_EQ(chunks().size(), 2U);
    EXPECT_EQ(rows_of(chunk(2)).size(), 4U);
    EXPECT_EQ(quarantined().size(), 1U);
    EXPECT_TRUE(files.exists("/data/quarantine/forms/" + quarantined().at(0).position.str()).value());
    EXPECT_EQ(counts().rows, 4U);
    EXPECT_EQ(chunk_files().size(), 2U) << "those of both attempts";
  }
};

TEST_F(MendCrashTest, BeginsAnewAfterACrashBeforeTheDecision) {
  mend->run();
  crash_all(1);
  expect_mended();
}

TEST_F(MendCrashTest, NamesTheFileAfterACrashBehindTheDecision) {
  mend_turn();
  crash_all(2);
  EXPECT_FALSE(files.exists(path_of(2)).value());
  mend_turn();
  EXPECT_TRUE(files.exists(path_of(2)).value());
  expect_mended();
}

TEST_F(MendCrashTest, HasTheFileAndTheRecordOnDiskBeforeTheDecision) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    MendCrashTest_HasTheFileAndTheRecordOnDiskBeforeTheDecision_Test other;
    other.SetUp();
    const Chunk next = next_of(other.mend->run());
    other.crash_all(2 * seed + 1);
    EXPECT_TRUE(other.files.exists("/data/quarantine/forms/" + journal.records.at(2).position.str()).value());
    EXPECT_TRUE(other.files.exists("/data/chunks/forms/" + file_name(next.key) + ".mended").value());
  }
}

TEST_F(MendCrashTest, PackNamesTheFileToo) {
  mend_turn();
  crash_all(3);
  settle();
  EXPECT_TRUE(files.exists(path_of(2)).value());
  expect_mended();
}

TEST_F(MendCrashTest, PackLeavesFilesOfUndecidedAttemptsAlone) {
  const StepOutcome outcome = mend->run();
  start();
  accept(form("f"));
  pack_all();
  commit(outcome.transitions);
  ASSERT_TRUE(commit_status);
  mend_all();
  EXPECT_TRUE(files.exists(path_of(3)).value());
}

TEST_F(MendCrashTest, PackMakesTheSameFileAgain) {
  mend_all();
  const std::string before = files.content(path_of(2)).value();
  ASSERT_TRUE(files.remove(path_of(2)));
  settle();
  EXPECT_EQ(files.content(path_of(2)).value(), before);
}

TEST_F(MendCrashTest, KeepsTheFileWhileItsDecisionMayShow) {
  catalog.fail_next_commit(CommitFault::kInDoubt);
  mend_turn();
  EXPECT_FALSE(commit_status);
  crash_all(4);
  EXPECT_EQ(chunk(2).state, ChunkState::kPacked) << "it shows";
  EXPECT_EQ(rows_of(chunk(1)).size(), 5U);
  expect_mended();
}

TEST_F(MendCrashTest, ThrowsTheFileAwayWhenItIsNeverDecided) {
  catalog.fail_next_commit(CommitFault::kBeforeApply);
  mend_turn();
  commit({MoveChunk{1, ChunkState::kSubmitted, ChunkState::kQuarantined, clock.now(), "by hand"}});
  mend_all();
  EXPECT_EQ(chunk_files().size(), 1U);
}

TEST_F(MendCrashTest, SurvivesEveryFailedCommit) {
  for (const CommitFault fault : {CommitFault::kBeforeApply, CommitFault::kInDoubt, CommitFault::kAfterApply}) {
    catalog.fail_next_commit(fault);
    mend_turn();
  }
  expect_mended();
}

TEST_F(MendCrashTest, SurvivesACrashAtEveryFileCall) {
  for (std::uint64_t calls = 0; calls < 40; ++calls) {
    files.stop_after(calls);
    mend_turn();
    mend_turn();
    crash_all(2 * calls + 1);
  }
  expect_mended();
}

TEST_F(MendCrashTest, SurvivesEveryFailedFileCall) {
  const FileCall calls[] = {FileCall::kCreate, FileCall::kAppend,        FileCall::kSync, FileCall::kRename,
                            FileCall::kRemove, FileCall::kSyncDirectory, FileCall::kList, FileCall::kRead};
  for (const FileCall call : calls) {
    for (std::uint64_t nth = 1; nth <= 3; ++nth) {
      files.fail_nth(call, "/data", nth);
      mend_turn();
      files.clear_faults();
    }
  }
  expect_mended();
}

}  // namespace
}  // namespace firn
