#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pack/pack_step.h"
#include "tests/support/pack_world.h"

namespace firn {
namespace {

/// A packed chunk of which the file is lost before it was staged.
class PackAgainTest : public testing::Test, protected PackWorld {
 protected:
  void SetUp() override {
    options.read_bytes = 100;  // several reads for each chunk
    start();
    accept(form("a", 1));
    accept(form("b"));
    accept("not json");
    accept(form("a", 1));
    accept(form("a", 2, "newer"));
    pack_all();
    accept(form("a", 2, "newer"));
    accept(form("c"));
    pack_all();
    ASSERT_EQ(chunks().size(), 2U);
    before_ = content(0);
    ASSERT_EQ(rows_of(chunks()[0]).size(), 3U);
  }

  std::string path(std::size_t chunk) { return "/data/chunks/forms/" + file_name(chunks().at(chunk).key); }
  std::string content(std::size_t chunk) { return files.content(path(chunk)).value(); }
  bool is_there(std::size_t chunk) { return files.exists(path(chunk)).value(); }
  void lose(std::size_t chunk) { ASSERT_TRUE(files.remove(path(chunk))); }

  std::string before_;
};

TEST_F(PackAgainTest, MakesTheSameFileByTheSameDecisions) {
  lose(0);
  EXPECT_EQ(settle().result, StepResult::kIdle);
  EXPECT_EQ(content(0), before_);
  EXPECT_EQ(row_offsets(), (std::vector<std::uint64_t>{0, 1, 4, 6}));
  EXPECT_EQ(quarantined().size(), 1U) << "nothing is decided anew";
}

TEST_F(PackAgainTest, MakesSeveralAtTheNextStart) {
  lose(0);
  lose(1);
  crash(7);
  EXPECT_EQ(settle().result, StepResult::kIdle);
  EXPECT_EQ(content(0), before_);
  EXPECT_TRUE(is_there(1));
}

TEST_F(PackAgainTest, MakesTheFileOfAChunkThatCameBackFromQuarantine) {
  const Chunk chunk = chunks()[0];
  const std::vector<Transition> away{MoveChunk{chunk.id, ChunkState::kPacked, ChunkState::kQuarantined, {}, "why"}};
  ASSERT_TRUE(catalog.commit(away));
  lose(0);
  settle();
  EXPECT_FALSE(is_there(0)) << "nobody waits for it";
  const std::vector<Transition> back{ReturnChunk{chunk.id, {}}};
  ASSERT_TRUE(catalog.commit(back));
  EXPECT_EQ(settle().result, StepResult::kIdle);
  EXPECT_EQ(content(0), before_);
}

TEST_F(PackAgainTest, LooksForFilesWhileChunksWait) {
  const StepOutcome outcome = settle();
  ASSERT_EQ(outcome.result, StepResult::kIdle);
  EXPECT_TRUE(outcome.again_in) << "nobody wakes it when a file goes";
}

TEST_F(PackAgainTest, RemovesTheDamagedFileOnceThereIsAGoodOne) {
  ASSERT_TRUE(files.rename(path(0), path(0) + ".damaged"));
  settle();
  EXPECT_EQ(content(0), before_);
  EXPECT_FALSE(files.exists(path(0) + ".damaged").value());
}

TEST_F(PackAgainTest, OtherRowsAreRefusedAndEverythingElseGoesOn) {
  journal.records[1].record.body = form("b", 0, "changed");
  ASSERT_TRUE(files.rename(path(0), path(0) + ".damaged"));
  const StepOutcome refused = settle();
  EXPECT_EQ(refused.result, StepResult::kBlocked);
  EXPECT_NE(refused.reason->message().find("other rows"), std::string::npos) << refused.reason->message();
  EXPECT_FALSE(is_there(0));
  EXPECT_TRUE(files.exists(path(0) + ".damaged").value()) << "all that is left of it";
  accept(form("d"));
  pack_all();
  EXPECT_EQ(chunks().size(), 3U);
  EXPECT_TRUE(is_there(2));
  journal.records[1].record.body = form("b");
  EXPECT_EQ(settle().result, StepResult::kIdle);
  EXPECT_EQ(content(0), before_);
}

TEST_F(PackAgainTest, SurvivesEveryFailedFileCall) {
  const FileCall calls[] = {FileCall::kCreate, FileCall::kAppend,        FileCall::kSync, FileCall::kRename,
                            FileCall::kRemove, FileCall::kSyncDirectory, FileCall::kList};
  for (const FileCall call : calls) {
    for (std::uint64_t nth = 1; nth <= 3; ++nth) {
      lose(0);
      files.fail_nth(call, "/data", nth);
      settle();
      files.clear_faults();
      EXPECT_EQ(settle().result, StepResult::kIdle);
      EXPECT_EQ(content(0), before_);
    }
  }
}

TEST_F(PackAgainTest, SurvivesACrashAfterEachTurn) {
  for (int turns = 0; turns < 6; ++turns) {
    lose(0);
    for (int i = 0; i < turns; ++i) {
      turn();
    }
    crash(static_cast<std::uint64_t>(turns));
    EXPECT_EQ(settle().result, StepResult::kIdle);
    EXPECT_EQ(content(0), before_);
  }
}

}  // namespace
}  // namespace firn
