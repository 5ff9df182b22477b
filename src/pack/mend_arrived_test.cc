#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "pack/mend_step.h"
#include "tests/support/mend_world.h"

namespace firn {
namespace {

/// Chunk 1 has the rows 0 to 4 and is in quarantine: the destination says that it has taken some.
class MendArrivedTest : public testing::Test, protected MendWorld {
 protected:
  void SetUp() override {
    submit_five();
    quarantine({chunk(1).key, FileStatus::kPartially, 2, "it stopped"});
  }

  void submit_five() {
    for (const char* id : {"a", "b", "c", "d", "e"}) {
      accept(form(id));
    }
    pack_all();
    submit_all();
  }
  void quarantine(const FileReport& report) {
    commit({ReportChunk{1, report}});
    commit({MoveChunk{1, ChunkState::kSubmitted, ChunkState::kQuarantined, clock.now(), "why"}});
    ASSERT_TRUE(commit_status) << commit_status.error().message();
  }
  static std::vector<Position> at(const std::vector<std::uint64_t>& offsets) {
    std::vector<Position> positions;
    for (const std::uint64_t offset : offsets) {
      positions.push_back(Position::make(1, 0, offset));
    }
    return positions;
  }
  /// What a person is told.
  Status retry(ChunkId id = 1) {
    mend->requests().ask(id);
    mend_all();
    return mend->requests().wait(id, Duration(0));
  }
  std::vector<Position> positions_of(const Chunk& of) {
    std::vector<Position> positions;
    for (const CsvFields& row : rows_of(of)) {
      positions.emplace_back(std::stoull(row.back().value()));
    }
    return positions;
  }
};

TEST_F(MendArrivedTest, SendsTheRowsThatAreMissing) {
  loader.holds(chunk(1).key, at({1, 4}));
  ASSERT_TRUE(retry());
  EXPECT_EQ(chunk(1).state, ChunkState::kReplaced);
  const Chunk next = chunk(2);
  EXPECT_EQ(positions_of(next), at({0, 2, 3}));
  EXPECT_EQ(next.state, ChunkState::kPacked);
  EXPECT_EQ(next.attempt, 2U);
  EXPECT_EQ(next.replaces, chunk(1).key);
  EXPECT_EQ(next.batch, catalog.batches({.states = {BatchState::kOpen}}).value().at(0).id);
  EXPECT_EQ(counts().rows, 5U);
  EXPECT_TRUE(quarantined().empty());
}

TEST_F(MendArrivedTest, SendsNothingWhenEveryRowIsThere) {
  loader.holds(chunk(1).key, at({0, 1, 2, 3, 4}));
  ASSERT_TRUE(retry());
  EXPECT_EQ(chunk(1).state, ChunkState::kReplaced);
  EXPECT_EQ(chunks().size(), 1U);
  EXPECT_EQ(chunk_files().size(), 1U);
}

TEST_F(MendArrivedTest, SendsEverythingAnewWhenNothingOfAPartIsThere) {
  ASSERT_TRUE(retry());
  EXPECT_EQ(chunk(2).rows, 5U);
  EXPECT_NE(chunk(2).key, chunk(1).key) << "the destination knows the first name";
}

TEST_F(MendArrivedTest, NeverHidesThatRowsAreThereTwice) {
  loader.holds(chunk(1).key, at({1, 1}));
  const Status told = retry();
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().kind, ErrorKind::kConflict);
  EXPECT_NE(told.error().message().find("twice"), std::string::npos);
  EXPECT_EQ(chunk(1).state, ChunkState::kQuarantined);
  EXPECT_EQ(chunks().size(), 1U);
  loader.holds(chunk(1).key, at({1}));
  EXPECT_TRUE(retry()) << "once they are removed";
  EXPECT_EQ(chunk(2).rows, 4U);
}

TEST_F(MendArrivedTest, NeverHidesRowsThatAreNotOfTheFile) {
  loader.holds(chunk(1).key, at({1, 9}));
  EXPECT_EQ(retry().error().kind, ErrorKind::kConflict);
  EXPECT_EQ(chunk(1).state, ChunkState::kQuarantined);
  EXPECT_EQ(chunk_files().size(), 1U) << "nothing is left of the attempt";
}

/// Quarantined without a word of the destination, which may have loaded it and forgotten it.
class MendForgottenTest : public MendArrivedTest {
 protected:
  void SetUp() override {
    submit_five();
    commit({MoveChunk{1, ChunkState::kSubmitted, ChunkState::kQuarantined, clock.now(), "too old"}});
  }
};

TEST_F(MendForgottenTest, GoesUnderAnotherNameWhenNothingOfItIsThere) {
  ASSERT_TRUE(retry());
  EXPECT_EQ(chunk(1).state, ChunkState::kReplaced);
  EXPECT_EQ(positions_of(chunk(2)), at({0, 1, 2, 3, 4}));
  EXPECT_NE(chunk(2).key, chunk(1).key);
}

TEST_F(MendForgottenTest, SendsNothingWhenEveryRowIsThere) {
  loader.holds(chunk(1).key, at({0, 1, 2, 3, 4}));
  ASSERT_TRUE(retry());
  EXPECT_EQ(chunks().size(), 1U);
}

TEST_F(MendArrivedTest, TellsWhyItCannotBe) {
  EXPECT_EQ(retry(7).error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(stage.remove(std::vector{chunk(1).key}));
  EXPECT_EQ(retry().error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(chunk(1).state, ChunkState::kQuarantined);
}

TEST_F(MendArrivedTest, WaitsForADestinationThatDoesNotAnswer) {
  loader.holds(chunk(1).key, at({1}));
  loader.fail_next_arrived({ErrorKind::kBusy, "ask", "the table", "somebody has it open", {}});
  EXPECT_EQ(retry().error().kind, ErrorKind::kBusy);
  EXPECT_EQ(mend_all().result, StepResult::kIdle);
  EXPECT_EQ(chunk(2).rows, 4U) << "it is done all the same";
}

TEST_F(MendArrivedTest, IsAskedAgainAfterACrash) {
  loader.holds(chunk(1).key, at({1, 4}));
  mend->requests().ask(1);
  mend->run();
  crash_all(1);
  mend_all();
  EXPECT_EQ(chunk(1).state, ChunkState::kQuarantined);
  EXPECT_EQ(chunk_files().size(), 1U);
  ASSERT_TRUE(retry());
  EXPECT_EQ(chunk(2).rows, 3U);
}

TEST_F(MendArrivedTest, GivesTheFileItsNameAfterACrashBehindTheDecision) {
  loader.holds(chunk(1).key, at({1, 4}));
  mend->requests().ask(1);
  mend_turn();
  crash_all(2);
  mend_all();
  EXPECT_EQ(rows_of(chunk(2)).size(), 3U);
}

TEST_F(MendArrivedTest, TellsWhoWaitsThatItStops) {
  mend->requests().ask(1);
  mend->requests().stop_waiting();
  EXPECT_EQ(mend->requests().wait(1, Duration::max() / 2).error().kind, ErrorKind::kUnavailable);
}

/// Of which the destination says that it took nothing.
class MendFailedTest : public MendArrivedTest {
 protected:
  void SetUp() override {
    accept(form("a"));
    pack_all();
    submit_all();
    const BatchId batch = chunk(1).batch;
    quarantine({chunk(1).key, FileStatus::kFailed, 0, "no right to read"});
    commit({MoveBatch{batch, BatchState::kClosing, BatchState::kSubmitted, clock.now(), "a request"}});
    commit({MoveBatch{batch, BatchState::kSubmitted, BatchState::kLoaded, clock.now(), {}}});
  }
};

TEST_F(MendFailedTest, IsSentAgainAsItIsWhenThatIsTrue) {
  const ObjectKey key = chunk(1).key;
  ASSERT_TRUE(retry());
  EXPECT_EQ(chunk(1).state, ChunkState::kStaged);
  EXPECT_EQ(chunk(1).key, key);
  EXPECT_EQ(chunks().size(), 1U);
}

TEST_F(MendFailedTest, IsNotSentAgainWhenItIsNotTrue) {
  loader.holds(chunk(1).key, at({0}));
  ASSERT_TRUE(retry());
  EXPECT_EQ(chunk(1).state, ChunkState::kReplaced);
}

}  // namespace
}  // namespace firn
