#include "pack/mend_step.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "pack/quarantine_file.h"
#include "tests/support/mend_world.h"

namespace firn {
namespace {

using Offsets = std::vector<std::uint64_t>;

/// Chunk 1 has a row of each of the forms a, b, c; that of b holds line ends, and takes up the lines 2 to 4.
class MendStepTest : public testing::Test, protected MendWorld {
 protected:
  void SetUp() override {
    positions_ = {accept(form("a")), accept(with_line_ends("b")), accept(form("c"))};
    pack_all();
    submit_all();
    ASSERT_TRUE(commit_status) << commit_status.error().message();
  }

  /// Its text columns may hold what JSON may not.
  static std::string with_line_ends(const std::string& id) {
    return R"({"id":")" + id + R"(","domain":"demo","app_id":"one\ntwo \"quoted\"\nthree","form":{"a":"x"}})";
  }
  Offsets offsets_of(const Chunk& of) {
    Offsets offsets;
    for (const CsvFields& row : rows_of(of)) {
      offsets.push_back(Position(std::stoull(row.back().value())).offset());
    }
    return offsets;
  }
  /// The rows that are left when the destination has refused this line.
  Offsets left_without(std::uint64_t line) {
    refuse(1, line);
    mend_all();
    EXPECT_EQ(chunk(1).state, ChunkState::kReplaced);
    return offsets_of(chunk(2));
  }
  void expect_given_up(const std::string& why) {
    EXPECT_EQ(chunk(1).state, ChunkState::kQuarantined);
    EXPECT_NE(chunk(1).reason.find(why), std::string::npos) << chunk(1).reason;
    EXPECT_EQ(chunks().size(), 1U);
    EXPECT_TRUE(quarantined().empty());
    EXPECT_EQ(chunk_files().size(), 1U) << "only that of chunk 1";
  }

  std::vector<Position> positions_;
};

TEST_F(MendStepTest, IsIdleWhenNothingWasRefused) {
  EXPECT_EQ(mend_turn().result, StepResult::kIdle);
  commit({ReportChunk{1, {chunk(1).key, FileStatus::kFailed, 0, "why", 0}}});
  EXPECT_EQ(mend_turn().result, StepResult::kIdle) << "the line is not known";
  commit({ReportChunk{1, {chunk(1).key, FileStatus::kPartially, 0, "why", 2}}});
  EXPECT_EQ(mend_turn().result, StepResult::kIdle);
  commit({ReportChunk{1, {chunk(1).key, FileStatus::kFailed, 1, "why", 2}}});
  EXPECT_EQ(mend_turn().result, StepResult::kIdle) << "a row was loaded";
}

TEST_F(MendStepTest, LeavesOutTheFirstRow) { EXPECT_EQ(left_without(1), (Offsets{1, 2})); }

TEST_F(MendStepTest, LeavesOutTheLastRow) { EXPECT_EQ(left_without(5), (Offsets{0, 1})); }

TEST_F(MendStepTest, LeavesOutARowWhicheverOfItsLinesIsNamed) {
  for (const std::uint64_t line : {2U, 3U, 4U}) {
    MendStepTest_LeavesOutARowWhicheverOfItsLinesIsNamed_Test other;
    other.SetUp();
    EXPECT_EQ(other.left_without(line), (Offsets{0, 2})) << line;
  }
}

TEST_F(MendStepTest, MakesTheNextAttemptOfTheSameChunk) {
  const auto rows = rows_of(chunk(1));
  left_without(2);
  const Chunk before = chunk(1);
  const Chunk next = chunk(2);
  EXPECT_EQ(rows_of(next), (std::vector{rows[0], rows[2]}));
  EXPECT_EQ(next.state, ChunkState::kPacked);
  EXPECT_EQ(next.attempt, 2U);
  EXPECT_EQ(next.rows, 2U);
  EXPECT_EQ(next.range, before.range);
  EXPECT_EQ(next.batch, before.batch);
  EXPECT_EQ(next.replaces, before.key);
  EXPECT_NE(next.key, before.key);
  EXPECT_NE(next.key.str().find("-a2-"), std::string::npos);
  EXPECT_EQ(counts().rows, 2U);
  EXPECT_EQ(counts().quarantined, 1U);
}

TEST_F(MendStepTest, KeepsTheRefusedRecordWithTheDestinationsWords) {
  left_without(3);
  ASSERT_EQ(quarantined().size(), 1U);
  const QuarantinedRecord record = quarantined()[0];
  EXPECT_EQ(record.position, positions_[1]);
  EXPECT_EQ(record.reason, QuarantineReason::kRefused);
  EXPECT_EQ(record.domain, "demo");
  EXPECT_EQ(record.document_id, "b");
  EXPECT_EQ(record.detail, "line 3 of " + file_name(chunk(1).key) + ": not a VARIANT");
  EXPECT_EQ(record.bytes, with_line_ends("b").size());
  const auto kept = read_quarantined(files, "/data", options.repeater, positions_[1]);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->body, with_line_ends("b"));
  EXPECT_FALSE(has_version("b", positions_[1]));
  EXPECT_TRUE(has_version("a", positions_[0]));
}

TEST_F(MendStepTest, MakesNoFileWhenTheOnlyRowIsRefused) {
  accept(form("d"));
  pack_all();
  submit_all();
  refuse(2, 1);
  mend_all();
  EXPECT_EQ(chunk(2).state, ChunkState::kReplaced);
  EXPECT_EQ(chunks().size(), 2U);
  EXPECT_EQ(quarantined().size(), 1U);
  EXPECT_EQ(chunk_files().size(), 2U) << "those of the two chunks";
}

TEST_F(MendStepTest, LeavesOutRowAfterRow) {
  left_without(2);
  submit_all();
  refuse(2, 1);
  mend_all();
  EXPECT_EQ(offsets_of(chunk(3)), Offsets{2});
  EXPECT_EQ(chunk(3).attempt, 3U);
  submit_all();
  refuse(3, 1);
  mend_all();
  EXPECT_EQ(chunks().size(), 3U);
  EXPECT_EQ(quarantined().size(), 3U);
  EXPECT_EQ(counts().rows, 0U);
}

TEST_F(MendStepTest, StopsAfterTenAttempts) {
  for (int i = 0; i < 20; ++i) {
    accept(form("more " + std::to_string(i)));
  }
  pack_all();
  submit_all();
  ChunkId last = 2;
  for (std::uint32_t attempt = 1; attempt < kMostAttempts; ++attempt) {
    refuse(last, 1);
    mend_all();
    submit_all();
    ++last;
  }
  EXPECT_EQ(chunk(last).attempt, kMostAttempts);
  refuse(last, 1);
  EXPECT_EQ(mend_all().result, StepResult::kIdle) << "verify has the word";
  EXPECT_EQ(quarantined().size(), kMostAttempts - 1);
}

TEST_F(MendStepTest, TakesARefusedRecordThatIsSentAgainForARow) {
  left_without(2);
  accept(with_line_ends("b"), positions_[1]);
  pack_all();
  EXPECT_EQ(counts().duplicates, 0U);
  EXPECT_EQ(offsets_of(chunks().back()), Offsets{3});
}

TEST_F(MendStepTest, NamesTheDocumentOfADataSourceByBothIds) {
  MendWorld other;
  other.options.table = table_of(Kind::kDataSource, TableName("rows"));
  other.start();
  other.start_mend();
  other.accept(R"({"domain":"demo","data_source_id":"s","doc_id":"d/1","data":[]})");
  other.pack_all();
  ASSERT_EQ(other.chunks().size(), 1U);
  other.submit_all();
  other.refuse(1, 1);
  other.mend_all();
  ASSERT_EQ(other.quarantined().size(), 1U);
  EXPECT_EQ(other.quarantined()[0].document_id, "s/d/1");
}

// What cannot be mended.

TEST_F(MendStepTest, GivesUpWhenTheLineIsNotInTheFile) {
  refuse(1, 6);
  mend_all();
  expect_given_up("refuses line 6");
}

TEST_F(MendStepTest, GivesUpWhenTheObjectIsGone) {
  refuse(1, 2);
  ASSERT_TRUE(stage.remove(std::vector{chunk(1).key}));
  mend_all();
  expect_given_up(chunk(1).key.str());
}

TEST_F(MendStepTest, GivesUpWhenTheObjectIsDamaged) {
  refuse(1, 2);
  stage.fail_next({ErrorKind::kDamaged, "fetch", "an object", "it has other bytes", {}});
  mend_all();
  expect_given_up("other bytes");
}

TEST_F(MendStepTest, GivesUpWhenTheRecordIsNotInTheJournalAnyMore) {
  refuse(1, 2);
  journal.records.erase(journal.records.begin() + 1);
  mend_all();
  expect_given_up("is not in the journal");
}

TEST_F(MendStepTest, GivesUpWhenTheTableHasAnotherShape) {
  options.table = table_of(Kind::kCase, TableName("cases"));
  start_mend();
  refuse(1, 2);
  mend_all();
  expect_given_up("another shape");
}

TEST_F(MendStepTest, WaitsForTheStageTheJournalAndRoomOnTheDisk) {
  refuse(1, 2);
  stage.fail_next({ErrorKind::kUnavailable, "fetch", "an object", "no answer", {}});
  EXPECT_EQ(mend_turn().result, StepResult::kTryAgain);
  journal_open = false;
  EXPECT_EQ(mend_turn().result, StepResult::kTryAgain);
  journal_open = true;
  options.pack_floor_bytes = 1000;
  start_mend();
  files.set_free_bytes(999);
  EXPECT_EQ(mend_turn().result, StepResult::kTryAgain);
  files.set_free_bytes(1U << 30U);
  mend_all();
  EXPECT_EQ(offsets_of(chunk(2)), (Offsets{0, 2}));
}

}  // namespace
}  // namespace firn
