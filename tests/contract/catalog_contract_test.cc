#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "model/catalog.h"
#include "tests/contract/catalog_fixture.h"
#include "tests/support/catalog_samples.h"

namespace firn {
namespace {

/// What every catalog accepts and refuses.
class CatalogContract : public CatalogFixture {};

TEST_P(CatalogContract, KnowsNothingOfANewRepeater) {
  EXPECT_EQ(catalog_->cursor(forms(), 0).value(), std::nullopt);
  EXPECT_EQ(catalog_->settled_up_to(forms(), 0).value(), std::nullopt);
  EXPECT_EQ(catalog_->chunk_at(forms(), at(1)).value(), std::nullopt);
  EXPECT_TRUE(catalog_->chunks({}).value().empty());
  EXPECT_TRUE(catalog_->batches({forms(), {}, 10, 0}).value().empty());
  EXPECT_TRUE(catalog_->quarantined({}).value().empty());
  EXPECT_TRUE(catalog_->fetch_requests({}).value().empty());
  EXPECT_TRUE(catalog_->domains(forms()).value().empty());
  EXPECT_FALSE(catalog_->is_replaced(forms(), at(1)).value());
  EXPECT_EQ(totals().decided, PackCounts());
  EXPECT_TRUE(totals().chunks.empty());
  EXPECT_EQ(catalog_->versions(forms(), std::vector{document_key("a", "b")}).value().at(0).size(), 0U);
}

TEST_P(CatalogContract, GivesARepeaterItsFirstBatchOnce) {
  begin();
  EXPECT_EQ(batch(1).directory(), "2026-03/000001");
  EXPECT_EQ(batch(1).state, BatchState::kOpen);
  EXPECT_EQ(batch(1).opened_at, moment(0));
  EXPECT_EQ(refusal({OpenFirstBatch{forms(), "2026-03", moment(0)}}), ErrorKind::kConflict);
  EXPECT_TRUE(commit({OpenFirstBatch{RepeaterName("cases"), "2026-03", moment(0)}}));
}

TEST_P(CatalogContract, KeepsAChunkAsItWasDecided) {
  begin();
  decide(0, 10, 1);
  const Chunk expected = chunk_over(at(0), at(10), 1);
  const Chunk stored = chunk(1);
  EXPECT_EQ(stored.range, expected.range);
  EXPECT_EQ(stored.rows, 10U);
  EXPECT_EQ(stored.definition, expected.definition);
  EXPECT_EQ(stored.content_digest, expected.content_digest);
  EXPECT_EQ(stored.file_digest, expected.file_digest);
  EXPECT_EQ(stored.key, expected.key);
  EXPECT_EQ(stored.state, ChunkState::kPacked);
  EXPECT_EQ(stored.packed_at, expected.packed_at);
  EXPECT_EQ(stored.oldest_received_at, expected.oldest_received_at);
  EXPECT_EQ(stored.bytes_longest_row, 100U);
}

TEST_P(CatalogContract, DecidesEveryRangeOnce) {
  begin();
  decide(0, 10, 1);
  EXPECT_EQ(refusal({decision_over(at(0), at(10), 1)}), ErrorKind::kConflict);
  EXPECT_EQ(refusal({decision_over(at(5), at(15), 1)}), ErrorKind::kConflict);
  EXPECT_EQ(refusal({decision_over(at(11), at(15), 1)}), ErrorKind::kConflict);
  EXPECT_EQ(catalog_->cursor(forms(), 0).value(), at(10));
  EXPECT_EQ(catalog_->chunks({}).value().size(), 1U);
}

TEST_P(CatalogContract, BindsARepeaterToItsTargetOnceItHasRows) {
  EXPECT_EQ(catalog_->bind_target(forms(), "one").value(), "one");
  EXPECT_EQ(catalog_->bind_target(forms(), "two").value(), "two");
  begin();
  ASSERT_TRUE(commit({decision_over(at(0), at(10), 1)}));
  EXPECT_EQ(catalog_->bind_target(forms(), "three").value(), "two");
  EXPECT_EQ(catalog_->bind_target(RepeaterName("others"), "three").value(), "three");
  EXPECT_EQ(catalog_->targets().value(), (std::map<RepeaterName, std::string>{{forms(), "two"}})) << "those with rows";
  ASSERT_TRUE(catalog_->change_target(forms(), "three"));
  EXPECT_EQ(catalog_->bind_target(forms(), "four").value(), "three");
}

TEST_P(CatalogContract, MovesTheCursorOverRangesWithoutRows) {
  begin();
  ASSERT_TRUE(commit({empty_decision(at(0), at(7))}));
  EXPECT_EQ(catalog_->cursor(forms(), 0).value(), at(7));
  EXPECT_EQ(totals().decided.duplicates, 7U);
  EXPECT_TRUE(catalog_->chunks({}).value().empty());
}

TEST_P(CatalogContract, KeepsARequestToFetchUntilItIsFetched) {
  begin();
  ASSERT_TRUE(commit({requests_over(at(0), at(1), "f1")}));
  const auto found = catalog_->fetch_requests({}).value();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].repeater, forms());
  EXPECT_EQ(found[0].kind, Kind::kFormStub);
  EXPECT_EQ(found[0].domain, "demo");
  EXPECT_EQ(found[0].document_id, "f1");
  EXPECT_EQ(found[0].position, at(0));
  EXPECT_EQ(found[0].received_on, moment(3));
  EXPECT_EQ(found[0].requested_at, moment(4));
  EXPECT_EQ(totals().fetch_open, 1U);
  EXPECT_EQ(totals().decided.requests, 1U);
}

TEST_P(CatalogContract, MakesOneRequestOfADocumentHoweverOftenItIsAskedFor) {
  begin();
  ASSERT_TRUE(commit({requests_over(at(0), at(3), "f1")}));
  ASSERT_TRUE(commit({requests_over(at(3), at(5), "f1")}));
  ASSERT_TRUE(commit({requests_over(at(5), at(6), "f2")}));
  EXPECT_EQ(catalog_->fetch_requests({}).value().size(), 2U);
  EXPECT_EQ(catalog_->fetch_requests({}).value().at(0).position, at(0)) << "the first one stays";
  EXPECT_EQ(totals().fetch_open, 2U);
  EXPECT_EQ(totals().decided.requests, 2U);
  EXPECT_EQ(totals().decided.duplicates, 4U);
  EXPECT_EQ(totals().decided.records, 6U);
}

TEST_P(CatalogContract, KeepsTheRequestsOfTwoRepeatersAndDomainsApart) {
  begin();
  DecideRange other = requests_over(at(0), at(1), "f1");
  other.requests[0].domain = "other";
  ASSERT_TRUE(commit({other}));
  ASSERT_TRUE(commit({requests_over(at(1), at(2), "f1")}));
  DecideRange apps = requests_over(at(0), at(1), "f1");
  apps.repeater = apps.requests[0].repeater = RepeaterName("apps");
  apps.requests[0].kind = Kind::kAppChange;
  ASSERT_TRUE(commit({apps}));
  EXPECT_EQ(catalog_->fetch_requests({}).value().size(), 3U);
  EXPECT_EQ(catalog_->fetch_requests({RepeaterName("apps"), {}, 10, {}}).value().at(0).kind, Kind::kAppChange);
  EXPECT_EQ(totals().fetch_open, 2U);
}

TEST_P(CatalogContract, RefusesRequestsThatAreNotOfTheRange) {
  begin();
  DecideRange outside = requests_over(at(0), at(1), "f1");
  outside.requests[0].position = at(1);
  EXPECT_EQ(refusal({outside}), ErrorKind::kConflict);
  DecideRange twice = requests_over(at(0), at(2), "f1");
  twice.requests[1] = request_at(at(0), "f2");
  EXPECT_EQ(refusal({twice}), ErrorKind::kConflict);
  DecideRange foreign = requests_over(at(0), at(1), "f1");
  foreign.requests[0].repeater = RepeaterName("cases");
  EXPECT_EQ(refusal({foreign}), ErrorKind::kConflict);
  EXPECT_TRUE(catalog_->fetch_requests({}).value().empty());
}

TEST_P(CatalogContract, GoesOnInAHigherGeneration) {
  begin();
  decide(0, 10, 1);
  ASSERT_TRUE(commit({empty_decision(at(10), Position::make(2, 0, 3))}));
  EXPECT_EQ(catalog_->cursor(forms(), 0).value(), Position::make(2, 0, 3));
}

TEST_P(CatalogContract, KeepsOneCursorForEachRepeaterAndPartition) {
  begin();
  decide(0, 10, 1);
  const Position other = Position::make(1, 3, 0);
  ASSERT_TRUE(commit({empty_decision(other, other.plus(2))}));
  EXPECT_EQ(catalog_->cursor(forms(), 3).value(), other.plus(2));
  EXPECT_EQ(catalog_->cursor(forms(), 0).value(), at(10));
  EXPECT_EQ(catalog_->cursor(RepeaterName("cases"), 0).value(), std::nullopt);
}

TEST_P(CatalogContract, NeverLetsARangeCrossACut) {
  begin();
  cut(1, 10);
  EXPECT_EQ(refusal({decision_over(at(0), at(11), 1)}), ErrorKind::kConflict);
  EXPECT_EQ(refusal({empty_decision(at(0), at(11))}), ErrorKind::kConflict);
  decide(0, 10, 1);
  decide(10, 20, 2);
}

TEST_P(CatalogContract, PutsARangeIntoTheBatchItsCutsGiveIt) {
  EXPECT_EQ(refusal({decision_over(at(0), at(10), 1)}), ErrorKind::kConflict) << "there is no batch";
  begin();
  cut(1, 10);
  cut(2, 20);
  EXPECT_EQ(refusal({decision_over(at(0), at(10), 2)}), ErrorKind::kConflict);
  EXPECT_EQ(refusal({decision_over(at(0), at(10), 3)}), ErrorKind::kConflict);
  decide(0, 10, 1);
  EXPECT_EQ(refusal({decision_over(at(10), at(20), 1)}), ErrorKind::kConflict);
  decide(10, 20, 2);
  decide(20, 30, 3);
}

TEST_P(CatalogContract, CutsOnlyTheOpenBatchAndNeverBackwards) {
  begin();
  decide(0, 10, 1);
  EXPECT_EQ(refusal({cut_at(1, 9)}), ErrorKind::kConflict) << "the batch already holds what lies behind that cut";
  cut(1, 10);
  EXPECT_EQ(refusal({cut_at(1, 12)}), ErrorKind::kConflict);
  EXPECT_EQ(refusal({cut_at(2, 9)}), ErrorKind::kConflict);
  EXPECT_EQ(refusal({cut_at(7, 12)}), ErrorKind::kConflict);
  cut(2, 10);
  EXPECT_EQ(batch(1).state, BatchState::kClosing);
  EXPECT_EQ(batch(1).cut, at(10));
  EXPECT_EQ(batch(1).cause, TriggerCause::kOperator);
  EXPECT_EQ(batch(1).closed_at, moment(60));
  EXPECT_EQ(batch(3).number, 3U);
  EXPECT_EQ(batch(3).period, "2026-04");
}

TEST_P(CatalogContract, KeepsEveryVersionInOrderOfPosition) {
  begin();
  DecideRange first = decision_over(at(0), at(3), 1);
  first.versions = {entry_at(at(2), "a"), entry_at(at(0), "a"), entry_at(at(1), "b")};
  first.versions[1].version.reset();
  ASSERT_TRUE(commit({first}));
  const std::vector keys{document_key("demo", "b"), document_key("demo", "none"), document_key("demo", "a"),
                         document_key("demo", "b")};
  const auto found = catalog_->versions(forms(), keys).value();
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].size(), 1U);
  EXPECT_TRUE(found[1].empty());
  ASSERT_EQ(found[2].size(), 2U);
  EXPECT_EQ(found[2][0].position, at(0));
  EXPECT_EQ(found[2][0].version, std::nullopt);
  EXPECT_EQ(found[2][1].position, at(2));
  EXPECT_EQ(found[2][1].version, moment(2));
  EXPECT_EQ(found[2][1].digest, entry_at(at(2), "a").digest);
  EXPECT_EQ(found[2][1].received_at, moment(2));
  EXPECT_EQ(found[3].size(), 1U);
}

TEST_P(CatalogContract, KeepsTheVersionsOfTwoRepeatersApart) {
  begin();
  decide(0, 1, 1);
  const std::vector keys{document_key("demo", at(0).str())};
  EXPECT_EQ(catalog_->versions(forms(), keys).value()[0].size(), 1U);
  EXPECT_TRUE(catalog_->versions(RepeaterName("cases"), keys).value()[0].empty());
}

TEST_P(CatalogContract, RemembersWhichPositionsWereReplacedAndTakesEachOnce) {
  begin();
  DecideRange decision = empty_decision(at(0), at(1));
  decision.replaced = {at(100)};
  ASSERT_TRUE(commit({decision}));
  EXPECT_TRUE(catalog_->is_replaced(forms(), at(100)).value());
  EXPECT_FALSE(catalog_->is_replaced(forms(), at(101)).value());
  EXPECT_FALSE(catalog_->is_replaced(RepeaterName("cases"), at(100)).value());
  decision = empty_decision(at(1), at(2));
  decision.replaced = {at(99), at(100)};
  EXPECT_EQ(refusal({decision}), ErrorKind::kConflict);
  decision.replaced = {at(99), at(99)};
  EXPECT_EQ(refusal({decision}), ErrorKind::kConflict);
}

TEST_P(CatalogContract, AppliesAllTransitionsOrNone) {
  begin();
  const Status done =
      commit({decision_over(at(0), at(10), 1), MoveChunk{99, ChunkState::kPacked, ChunkState::kStaged, moment(0), ""}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kConflict);
  EXPECT_NE(done.error().message().find("chunk 99"), std::string::npos) << done.error().message();
  EXPECT_EQ(catalog_->cursor(forms(), 0).value(), std::nullopt);
  EXPECT_TRUE(catalog_->chunks({}).value().empty());
  EXPECT_TRUE(catalog_->versions(forms(), std::vector{document_key("demo", at(0).str())}).value()[0].empty());
  EXPECT_EQ(totals().decided, PackCounts());
  EXPECT_TRUE(catalog_->domains(forms()).value().empty());
}

TEST_P(CatalogContract, ChecksATransitionAgainstTheOnesBeforeIt) {
  begin();
  EXPECT_TRUE(commit({decision_over(at(0), at(10), 1), decision_over(at(10), at(20), 1),
                      MoveChunk{2, ChunkState::kPacked, ChunkState::kStaged, moment(1), ""}}));
  EXPECT_EQ(chunk(2).state, ChunkState::kStaged);
  EXPECT_TRUE(commit({}));
}

TEST_P(CatalogContract, WalksAChunkFromPackedToPurged) {
  load_one();
  move(1, ChunkState::kLoaded, ChunkState::kPurged, 40);
  const Chunk done = chunk(1);
  EXPECT_EQ(done.state, ChunkState::kPurged);
  EXPECT_EQ(done.staged_at, moment(10));
  EXPECT_EQ(done.submitted_at, moment(20));
  EXPECT_EQ(done.loaded_at, moment(30));
  EXPECT_EQ(done.purged_at, moment(40));
  EXPECT_EQ(done.report->rows_loaded, 10U);
  move(1, BatchState::kLoaded, BatchState::kPurged);
}

TEST_P(CatalogContract, MovesAChunkOnlyFromTheStateItIsIn) {
  begin();
  decide(0, 10, 1);
  EXPECT_EQ(refusal({MoveChunk{1, ChunkState::kStaged, ChunkState::kSubmitted, moment(0), ""}}), ErrorKind::kConflict);
  EXPECT_EQ(refusal({MoveChunk{1, ChunkState::kPacked, ChunkState::kLoaded, moment(0), ""}}), ErrorKind::kConflict);
}

TEST_P(CatalogContract, TakesAChunkForLoadedOnlyWhenTheReportEqualsTheManifest) {
  submit_one();
  const std::vector<Transition> load{MoveChunk{1, ChunkState::kSubmitted, ChunkState::kLoaded, moment(0), ""}};
  EXPECT_EQ(refusal(load), ErrorKind::kConflict);
  FileReport report = loaded_report(chunk(1));
  --report.rows_loaded;
  ASSERT_TRUE(commit({ReportChunk{1, report}}));
  EXPECT_EQ(refusal(load), ErrorKind::kConflict);
}

TEST_P(CatalogContract, ForgetsTheReportOfAChunkThatGoesBack) {
  submit_one();
  const auto submitted_at = chunk(1).submitted_at;
  ASSERT_TRUE(commit({ReportChunk{1, failed_report(chunk(1))}}));
  move(1, ChunkState::kSubmitted, ChunkState::kStaged, 99);
  EXPECT_EQ(chunk(1).staged_at, moment(10)) << "ages count from the staging";
  ASSERT_TRUE(submitted_at);
  EXPECT_EQ(chunk(1).submitted_at, submitted_at) << "and from the first submission";
  EXPECT_FALSE(chunk(1).report);
}

TEST_P(CatalogContract, SubmitsABatchOnlyWhenEverythingBeforeItsCutIsDecidedAndStaged) {
  begin();
  decide(0, 10, 1);
  cut(1, 20);
  const std::vector<Transition> submit{
      MoveBatch{1, BatchState::kClosing, BatchState::kSubmitted, moment(0), "request-1"}};
  move(1, ChunkState::kPacked, ChunkState::kStaged);
  EXPECT_EQ(refusal(submit), ErrorKind::kConflict) << "10 to 20 are not decided";
  decide(10, 20, 1);
  EXPECT_EQ(refusal(submit), ErrorKind::kConflict) << "chunk 2 is not staged";
  move(2, ChunkState::kPacked, ChunkState::kQuarantined);
  EXPECT_TRUE(commit(submit)) << "a quarantined chunk does not hold its batch";
  EXPECT_EQ(batch(1).request_id, "request-1");
  EXPECT_EQ(batch(1).submitted_at, moment(0));
}

TEST_P(CatalogContract, ForgetsTheRequestOfABatchThatGoesBack) {
  submit_one();
  ASSERT_TRUE(commit({SetHandle{1, "handle-1"}}));
  EXPECT_EQ(batch(1).handle, "handle-1");
  move(1, BatchState::kSubmitted, BatchState::kClosing);
  EXPECT_EQ(batch(1).handle, "");
  EXPECT_EQ(batch(1).request_id, "");
  EXPECT_EQ(refusal({SetHandle{1, "handle-2"}}), ErrorKind::kConflict);
}

TEST_P(CatalogContract, LoadsABatchOnlyWhenEveryChunkHasAnOutcome) {
  submit_one();
  EXPECT_EQ(refusal({MoveBatch{1, BatchState::kSubmitted, BatchState::kLoaded, moment(0), ""}}), ErrorKind::kConflict);
  move(1, ChunkState::kSubmitted, ChunkState::kQuarantined);
  move(1, BatchState::kSubmitted, BatchState::kLoaded);
  EXPECT_EQ(batch(1).loaded_at, moment(70));
}

TEST_P(CatalogContract, PurgesABatchOnlyWhenNothingOfItIsLeft) {
  load_one();
  EXPECT_EQ(refusal({MoveBatch{1, BatchState::kLoaded, BatchState::kPurged, moment(0), ""}}), ErrorKind::kConflict);
  move(1, ChunkState::kLoaded, ChunkState::kPurged);
  move(1, BatchState::kLoaded, BatchState::kPurged);
}

TEST_P(CatalogContract, ClosesAnEmptyBatchAtOnceButNotBeforeItsRangeIsDecided) {
  begin();
  cut(1, 0);
  move(1, BatchState::kClosing, BatchState::kPurged);
  cut(2, 5);
  EXPECT_EQ(refusal({MoveBatch{2, BatchState::kClosing, BatchState::kPurged, moment(0), ""}}), ErrorKind::kConflict);
  ASSERT_TRUE(commit({empty_decision(at(0), at(5))}));
  move(2, BatchState::kClosing, BatchState::kPurged);
}

TEST_P(CatalogContract, ReturnsAChunkThatFailedWithoutARowToTheOpenBatch) {
  refuse_one();
  EXPECT_EQ(chunk(1).reason, "why");
  EXPECT_EQ(refusal({ReturnChunk{1, moment(0)}}), ErrorKind::kConflict) << "its request is still open";
  move(1, BatchState::kSubmitted, BatchState::kLoaded);
  const ObjectKey key = chunk(1).key;
  ASSERT_TRUE(commit({ReturnChunk{1, moment(0)}}));
  EXPECT_EQ(chunk(1).state, ChunkState::kStaged);
  EXPECT_EQ(chunk(1).batch, 2);
  EXPECT_EQ(chunk(1).key, key);
  EXPECT_EQ(chunk(1).reason, "");
  EXPECT_FALSE(chunk(1).report);
  EXPECT_EQ(totals().uningested_bytes, 1000U);
}

TEST_P(CatalogContract, ReturnsAChunkThatWasNeverStagedToBeStaged) {
  begin();
  decide(0, 10, 1);
  cut(1, 10);
  move(1, ChunkState::kPacked, ChunkState::kQuarantined);
  EXPECT_EQ(catalog_->settled_up_to(forms(), 0).value(), at(0)) << "its records may be needed again";
  move(1, BatchState::kClosing, BatchState::kSubmitted);
  EXPECT_EQ(refusal({ReturnChunk{1, moment(0)}}), ErrorKind::kConflict) << "a request is still open";
  move(1, BatchState::kSubmitted, BatchState::kLoaded);
  ASSERT_TRUE(commit({ReturnChunk{1, moment(0)}}));
  EXPECT_EQ(chunk(1).state, ChunkState::kPacked);
  EXPECT_EQ(chunk(1).batch, 2);
  EXPECT_EQ(chunk(1).reason, "");
  EXPECT_EQ(totals().uningested_bytes, 1000U);
  move(1, ChunkState::kPacked, ChunkState::kStaged, 10);
}

TEST_P(CatalogContract, NeverReturnsAChunkOfWhichRowsWereLoaded) {
  submit_one();
  ASSERT_TRUE(commit({ReportChunk{1, {chunk(1).key, FileStatus::kPartially, 3, "bad row"}}}));
  move(1, ChunkState::kSubmitted, ChunkState::kQuarantined);
  move(1, BatchState::kSubmitted, BatchState::kLoaded);
  EXPECT_EQ(refusal({ReturnChunk{1, moment(0)}}), ErrorKind::kConflict);
}

TEST_P(CatalogContract, SettlesAQuarantinedRecordOnce) {
  begin();
  DecideRange decision = empty_decision(at(0), at(3));
  decision.quarantined = {quarantined_at(at(0)), quarantined_at(at(2))};
  ASSERT_TRUE(commit({decision}));
  EXPECT_EQ(totals().quarantine_open, 2U);
  EXPECT_EQ(totals().quarantine_open_bytes, 40U);
  ASSERT_TRUE(commit({SettleQuarantined{forms(), at(2), QuarantineState::kRetried, at(50)}}));
  EXPECT_EQ(totals().quarantine_open, 1U);
  const auto records = catalog_->quarantined({}).value();
  EXPECT_EQ(records.at(0).state, QuarantineState::kOpen);
  EXPECT_EQ(records.at(1).state, QuarantineState::kRetried);
  EXPECT_EQ(records.at(1).replaced_by, at(50));
  EXPECT_EQ(refusal({SettleQuarantined{forms(), at(2), QuarantineState::kDiscarded, {}}}), ErrorKind::kConflict);
  EXPECT_EQ(refusal({SettleQuarantined{forms(), at(1), QuarantineState::kDiscarded, {}}}), ErrorKind::kConflict);
  EXPECT_TRUE(commit({SettleQuarantined{forms(), at(0), QuarantineState::kDiscarded, {}}}));
}

TEST_P(CatalogContract, SettlesUpToTheFirstChunkThatIsNotLoaded) {
  submit_one();
  decide(10, 20, 2);
  EXPECT_EQ(catalog_->settled_up_to(forms(), 0).value(), at(0));
  ASSERT_TRUE(commit({ReportChunk{1, loaded_report(chunk(1))}}));
  move(1, ChunkState::kSubmitted, ChunkState::kLoaded);
  EXPECT_EQ(catalog_->settled_up_to(forms(), 0).value(), at(10));
  move(2, ChunkState::kPacked, ChunkState::kStaged);
  move(2, ChunkState::kStaged, ChunkState::kQuarantined);
  EXPECT_EQ(catalog_->settled_up_to(forms(), 0).value(), at(20));
  EXPECT_EQ(catalog_->settled_up_to(forms(), 1).value(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Catalogs, CatalogContract, testing::Values("memory", "sqlite"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace firn
