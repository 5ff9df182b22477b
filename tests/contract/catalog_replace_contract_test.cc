#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "model/catalog.h"
#include "tests/contract/catalog_fixture.h"
#include "tests/support/catalog_samples.h"

namespace firn {
namespace {

/// What every catalog does about a chunk of which the destination has refused rows: number 1, over [0, 10).
class CatalogReplaceContract : public CatalogFixture {
 protected:
  ReplaceChunk without(const std::vector<Position>& rows) { return replacement_of(chunk(1), rows); }
  bool has_version(Position position) {
    const std::vector keys{document_key("demo", position.str())};
    return !catalog_->versions(forms(), keys).value().at(0).empty();
  }
};

TEST_P(CatalogReplaceContract, KeepsTheLineThatTheDestinationNames) {
  fail_one();
  EXPECT_EQ(chunk(1).report->error_line, 4U);
}

TEST_P(CatalogReplaceContract, MakesTheNextAttemptWithoutARefusedRow) {
  fail_one();
  const ReplaceChunk replace = without({at(3)});
  ASSERT_TRUE(commit({replace}));
  EXPECT_EQ(chunk(1).state, ChunkState::kReplaced);
  const Chunk next = chunk(2);
  EXPECT_EQ(next.state, ChunkState::kPacked);
  EXPECT_EQ(next.attempt, 2U);
  EXPECT_EQ(next.rows, 9U);
  EXPECT_EQ(next.batch, 1);
  EXPECT_EQ(next.range, chunk(1).range);
  EXPECT_EQ(next.key, replace.next->key);
  EXPECT_EQ(next.replaces, chunk(1).key);
  EXPECT_EQ(next.report.has_value(), false);
  EXPECT_EQ(next.staged_at, std::nullopt);
  EXPECT_EQ(next.submitted_at, std::nullopt);
  EXPECT_EQ(next.oldest_received_at, chunk(1).oldest_received_at);
  EXPECT_EQ(catalog_->chunk_at(forms(), at(5)).value()->id, 2);
}

TEST_P(CatalogReplaceContract, PutsTheRefusedRecordIntoQuarantineAndForgetsItsVersion) {
  fail_one();
  ASSERT_TRUE(commit({without({at(3), at(9)})}));
  const auto records = catalog_->quarantined({}).value();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].position, at(3));
  EXPECT_EQ(records[0].reason, QuarantineReason::kRefused);
  EXPECT_EQ(records[0].state, QuarantineState::kOpen);
  EXPECT_FALSE(has_version(at(3)));
  EXPECT_FALSE(has_version(at(9)));
  EXPECT_TRUE(has_version(at(4)));
}

TEST_P(CatalogReplaceContract, ChangesTheSumsWithIt) {
  fail_one();
  ASSERT_TRUE(commit({without({at(3)})}));
  EXPECT_EQ(totals().decided.records, 10U);
  EXPECT_EQ(totals().decided.rows, 9U);
  EXPECT_EQ(totals().decided.quarantined, 1U);
  EXPECT_EQ(totals().quarantine_open, 1U);
  EXPECT_EQ(totals().quarantine_open_bytes, 20U);
  ASSERT_EQ(totals().chunks.size(), 2U);
  EXPECT_EQ(totals().chunks[0].state, ChunkState::kPacked);
  EXPECT_EQ(totals().chunks[0].rows, 9U);
  EXPECT_EQ(totals().chunks[1].state, ChunkState::kReplaced);
}

TEST_P(CatalogReplaceContract, HoldsTheJournalAndTheBatchForTheNextAttempt) {
  fail_one();
  ASSERT_TRUE(commit({without({at(3)})}));
  EXPECT_EQ(catalog_->settled_up_to(forms(), 0).value(), at(0));
  EXPECT_EQ(refusal({MoveBatch{1, BatchState::kSubmitted, BatchState::kLoaded, moment(50), {}}}), ErrorKind::kConflict);
}

TEST_P(CatalogReplaceContract, MakesNoAttemptOfNothing) {
  begin();
  decide(0, 1, 1);
  cut(1, 1);
  move(1, ChunkState::kPacked, ChunkState::kStaged);
  move(1, BatchState::kClosing, BatchState::kSubmitted);
  move(1, ChunkState::kStaged, ChunkState::kSubmitted);
  ASSERT_TRUE(commit({ReportChunk{1, failed_report(chunk(1))}}));
  ASSERT_TRUE(commit({without({at(0)})}));
  EXPECT_EQ(catalog_->chunks({}).value().size(), 1U);
  EXPECT_EQ(catalog_->settled_up_to(forms(), 0).value(), at(1));
  EXPECT_TRUE(commit({MoveBatch{1, BatchState::kSubmitted, BatchState::kLoaded, moment(50), {}}}));
}

TEST_P(CatalogReplaceContract, ReplacesAChunkOnce) {
  fail_one();
  const ReplaceChunk replace = without({at(3)});
  ASSERT_TRUE(commit({replace}));
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict);
  EXPECT_EQ(refusal({ReplaceChunk{9, moment(1), std::nullopt, {}}}), ErrorKind::kConflict);
}

TEST_P(CatalogReplaceContract, ReplacesOnlyWhatFailedWithoutARow) {
  submit_one();
  EXPECT_EQ(refusal({without({at(3)})}), ErrorKind::kConflict);
  FileReport report = failed_report(chunk(1));
  report.rows_loaded = 1;
  ASSERT_TRUE(commit({ReportChunk{1, report}}));
  EXPECT_EQ(refusal({without({at(3)})}), ErrorKind::kConflict);
  report = failed_report(chunk(1));
  report.status = FileStatus::kPartially;
  ASSERT_TRUE(commit({ReportChunk{1, report}}));
  EXPECT_EQ(refusal({without({at(3)})}), ErrorKind::kConflict);
  ASSERT_TRUE(commit({ReportChunk{1, failed_report(chunk(1))}}));
  EXPECT_TRUE(commit({without({at(3)})}));
}

TEST_P(CatalogReplaceContract, DropsOnlyRowsOfTheChunkEachOnce) {
  fail_one();
  EXPECT_EQ(refusal({without({})}), ErrorKind::kConflict);
  EXPECT_EQ(refusal({without({at(3), at(3)})}), ErrorKind::kConflict);
  EXPECT_EQ(refusal({without({at(10)})}), ErrorKind::kConflict);
  ReplaceChunk replace = without({at(3)});
  replace.dropped[0].record.repeater = RepeaterName("cases");
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict);
  replace = without({at(3)});
  replace.dropped[0].record.last = at(4);
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict);
  replace = without({at(3)});
  replace.dropped[0].document = document_key("demo", "another");
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict);
}

TEST_P(CatalogReplaceContract, RefusesARecordThatIsInQuarantineAlready) {
  begin();
  DecideRange decision = decision_over(at(0), at(10), 1);
  decision.quarantined = {quarantined_at(at(3))};
  ASSERT_TRUE(commit({decision}));
  cut(1, 10);
  move(1, ChunkState::kPacked, ChunkState::kStaged);
  move(1, BatchState::kClosing, BatchState::kSubmitted);
  move(1, ChunkState::kStaged, ChunkState::kSubmitted);
  ASSERT_TRUE(commit({ReportChunk{1, failed_report(chunk(1))}}));
  EXPECT_EQ(refusal({without({at(3)})}), ErrorKind::kConflict);
  EXPECT_TRUE(commit({without({at(4)})}));
}

TEST_P(CatalogReplaceContract, LosesNoRowOnTheWayToTheNextAttempt) {
  fail_one();
  ReplaceChunk replace = without({at(3)});
  replace.next->rows = 8;
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict);
  replace.next->rows = 10;
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict);
  replace.next.reset();
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict);
  EXPECT_TRUE(commit({without({at(3)})}));
}

TEST_P(CatalogReplaceContract, TakesOnlyTheNextAttemptOfTheSameChunk) {
  fail_one();
  const ReplaceChunk good = without({at(3)});
  const auto refused = [&](auto change) {
    ReplaceChunk replace = good;
    change(*replace.next);
    return refusal({replace}) == ErrorKind::kConflict;
  };
  EXPECT_TRUE(refused([](Chunk& next) { next.repeater = RepeaterName("cases"); }));
  EXPECT_TRUE(refused([](Chunk& next) { next.batch = 2; }));
  EXPECT_TRUE(refused([](Chunk& next) { next.range.last = at(8); }));
  EXPECT_TRUE(refused([](Chunk& next) { next.definition = "another"; }));
  EXPECT_TRUE(refused([](Chunk& next) { next.attempt = 3; }));
  EXPECT_TRUE(refused([&](Chunk& next) { next.key = chunk(1).key; }));
  EXPECT_TRUE(commit({good}));
}

/// The same of a chunk in quarantine, of which rows have arrived.
class CatalogArrivedContract : public CatalogReplaceContract {
 protected:
  /// Chunk 1 is in quarantine, its batch is loaded, and batch 2 is open.
  void quarantine_one(FileStatus status = FileStatus::kPartially, std::uint64_t rows = 4) {
    submit_one();
    ASSERT_TRUE(commit({ReportChunk{1, {chunk(1).key, status, rows, "why"}}}));
    move(1, ChunkState::kSubmitted, ChunkState::kQuarantined);
    move(1, BatchState::kSubmitted, BatchState::kLoaded);
  }
  ReplaceChunk after(std::uint64_t arrived) {
    ReplaceChunk replace = without({});
    replace.arrived = arrived;
    replace.next->batch = 2;
    replace.next->rows -= arrived;
    return replace;
  }
};

TEST_P(CatalogArrivedContract, MakesTheNextAttemptOfWhatIsMissingInTheOpenBatch) {
  quarantine_one();
  ASSERT_TRUE(commit({after(4)}));
  EXPECT_EQ(chunk(1).state, ChunkState::kReplaced);
  EXPECT_EQ(chunk(2).state, ChunkState::kPacked);
  EXPECT_EQ(chunk(2).batch, 2);
  EXPECT_EQ(chunk(2).rows, 6U);
  EXPECT_EQ(chunk(2).replaces, chunk(1).key);
  EXPECT_EQ(totals().decided.rows, 10U) << "what has arrived is a row";
  EXPECT_TRUE(has_version(at(3)));
}

TEST_P(CatalogArrivedContract, TakesAChunkOfAnyReport) {
  quarantine_one(FileStatus::kFailed, 0);
  ASSERT_TRUE(commit({after(1)}));
  EXPECT_EQ(chunk(2).rows, 9U);
}

TEST_P(CatalogArrivedContract, MakesNoAttemptWhenEveryRowHasArrived) {
  quarantine_one(FileStatus::kLoaded, 9);
  ReplaceChunk replace = without({});
  replace.next.reset();
  replace.arrived = 9;
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict);
  replace.arrived = 10;
  EXPECT_TRUE(commit({replace}));
  EXPECT_EQ(catalog_->chunks({}).value().size(), 1U);
}

TEST_P(CatalogArrivedContract, LosesAndDoublesNoRow) {
  quarantine_one();
  ReplaceChunk replace = after(4);
  replace.arrived = 5;
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict);
  replace.arrived = 3;
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict);
  replace = after(4);
  replace.next->batch = 1;
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict);
  replace = after(4);
  replace.dropped = {dropped_at(at(3), at(3).str())};
  replace.next->rows = 5;
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict);
}

TEST_P(CatalogArrivedContract, NeedsAClosedRequest) {
  submit_one();
  ReplaceChunk replace = after(4);
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict) << "it is submitted";
  move(1, ChunkState::kSubmitted, ChunkState::kQuarantined);
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict) << "its request is open";
}

TEST_P(CatalogArrivedContract, NothingOfAChunkThatWasNeverSubmittedHasArrived) {
  begin();
  decide(0, 10, 1);
  cut(1, 10);
  move(1, ChunkState::kPacked, ChunkState::kQuarantined);
  EXPECT_EQ(refusal({after(4)}), ErrorKind::kConflict);
  move(1, BatchState::kClosing, BatchState::kSubmitted);
  move(1, BatchState::kSubmitted, BatchState::kLoaded);
  EXPECT_EQ(refusal({after(4)}), ErrorKind::kConflict) << "no request is open, but it was never part of one";
}

TEST_P(CatalogArrivedContract, WaitsUntilNoRequestNamesTheChunk) {
  submit_one();
  ASSERT_TRUE(commit({ReportChunk{1, {chunk(1).key, FileStatus::kPartially, 4, "why"}}}));
  move(1, ChunkState::kSubmitted, ChunkState::kQuarantined);
  EXPECT_EQ(refusal({after(4)}), ErrorKind::kConflict);
  move(1, BatchState::kSubmitted, BatchState::kLoaded);
  EXPECT_TRUE(commit({after(4)}));
}

TEST_P(CatalogArrivedContract, NothingOfASubmittedChunkHasArrived) {
  fail_one();
  ReplaceChunk replace = without({at(3)});
  replace.next->rows -= 1;
  replace.arrived = 1;
  EXPECT_EQ(refusal({replace}), ErrorKind::kConflict);
}

INSTANTIATE_TEST_SUITE_P(Catalogs, CatalogArrivedContract, testing::Values("memory", "sqlite"),
                         [](const auto& instance) { return std::string(instance.param); });

INSTANTIATE_TEST_SUITE_P(Catalogs, CatalogReplaceContract, testing::Values("memory", "sqlite"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace firn
