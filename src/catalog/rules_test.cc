#include "catalog/rules.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/catalog_samples.h"

namespace firn {
namespace {

constexpr ChunkState kChunkStateList[] = {ChunkState::kPacked,     ChunkState::kStaged, ChunkState::kSubmitted,
                                          ChunkState::kLoaded,     ChunkState::kPurged, ChunkState::kReplaced,
                                          ChunkState::kQuarantined};
constexpr BatchState kBatchStateList[] = {BatchState::kOpen, BatchState::kClosing, BatchState::kSubmitted,
                                          BatchState::kLoaded, BatchState::kPurged};

/// Why it was refused; empty when it applies. Every refusal is a conflict.
template <typename T>
std::string refusal(const Result<T>& result) {
  if (result) {
    return "";
  }
  EXPECT_EQ(result.error().kind, ErrorKind::kConflict);
  return result.error().message();
}

void expect_refused(const std::string& refusal, std::string_view why) {
  EXPECT_NE(refusal.find(why), std::string::npos) << "said: '" << refusal << "'";
}

Batch batch_in(BatchState state, BatchId id = 1) {
  Batch batch;
  batch.id = id;
  batch.repeater = forms();
  batch.number = static_cast<std::uint64_t>(id);
  batch.state = state;
  if (state != BatchState::kOpen) {
    batch.cut = at(100);
  }
  return batch;
}

/// A chunk that has been through everything before its state, with a report that proves it.
Chunk chunk_in(ChunkState state) {
  Chunk chunk = chunk_over(at(0), at(10), 1);
  chunk.id = 1;
  chunk.state = state;
  chunk.staged_at = moment(1);
  chunk.submitted_at = moment(2);
  chunk.report = loaded_report(chunk);
  return chunk;
}

DecideFacts facts_at(Position cursor) {
  DecideFacts facts;
  facts.cursor = cursor;
  facts.target = batch_in(BatchState::kOpen);
  return facts;
}

std::string decide(const DecideRange& decision, const DecideFacts& facts) {
  return refusal(check_decision(decision, facts));
}

/// What is said of a good decision after `spoil` has changed it.
std::string decide_spoilt(const std::function<void(DecideRange&)>& spoil) {
  DecideRange decision = decision_over(at(0), at(10), 1);
  decision.quarantined = {quarantined_at(at(3)), quarantined_at(at(4))};
  EXPECT_EQ(decide(decision, facts_at(at(0))), "");
  spoil(decision);
  return decide(decision, facts_at(at(0)));
}

TEST(DecideRule, AppliesOnlyAtTheCursor) {
  const DecideRange decision = decision_over(at(5), at(10), 1);
  EXPECT_EQ(decide(decision, facts_at(at(5))), "");
  expect_refused(decide(decision, facts_at(at(4))), "the cursor is " + at(4).str());
  expect_refused(decide(decision, facts_at(at(10))), "the cursor is " + at(10).str());
}

TEST(DecideRule, TakesAnyStartWhenNothingWasDecided) {
  DecideFacts facts = facts_at(at(0));
  facts.cursor.reset();
  EXPECT_EQ(decide(decision_over(at(5), at(10), 1), facts), "");
}

TEST(DecideRule, GoesForwardInOnePartition) {
  const DecideFacts facts = facts_at(at(10));
  EXPECT_EQ(decide(empty_decision(at(10), Position::make(2, 0, 0)), facts), "");
  expect_refused(decide(empty_decision(at(10), at(10)), facts), "forward");
  expect_refused(decide(empty_decision(at(10), at(9)), facts), "forward");
  expect_refused(decide(empty_decision(at(10), Position::make(1, 1, 20)), facts), "forward");
  expect_refused(decide(empty_decision(at(10), Position(1ULL << 63U)), facts), "not made of positions");
}

TEST(DecideRule, NeverCrossesACut) {
  DecideFacts facts = facts_at(at(90));
  facts.target = batch_in(BatchState::kClosing);
  EXPECT_EQ(decide(decision_over(at(90), at(100), 1), facts), "");
  expect_refused(decide(decision_over(at(90), at(101), 1), facts), "crosses the cut");
  expect_refused(decide(empty_decision(at(90), at(101)), facts), "crosses the cut");
}

TEST(DecideRule, PutsTheChunkIntoItsOwnBatch) {
  DecideFacts facts = facts_at(at(0));
  expect_refused(decide(decision_over(at(0), at(10), 2), facts), "belongs to batch 1");
  facts.target = batch_in(BatchState::kSubmitted);
  expect_refused(decide(decision_over(at(0), at(10), 1), facts), "batch 1 is submitted");
  facts.target.reset();
  expect_refused(decide(decision_over(at(0), at(10), 1), facts), "no batch");
  EXPECT_EQ(decide(empty_decision(at(0), at(10)), facts), "");
}

TEST(DecideRule, ChecksTheChunkAgainstTheRange) {
  const auto with_range = [](Position first, Position last) {
    return decide_spoilt([=](DecideRange& decision) { decision.chunk->range = {first, last}; });
  };
  expect_refused(with_range(at(0), at(10)), "lies outside");
  expect_refused(with_range(at(9), at(0)), "lies outside");
  expect_refused(with_range(Position::make(0, 0, 9), at(9)), "lies outside");
  expect_refused(with_range(at(1), at(9)), "a version lies outside");
  expect_refused(with_range(at(0), at(8)), "a version lies outside");
  expect_refused(decide_spoilt([](DecideRange& d) { d.chunk->repeater = RepeaterName("cases"); }), "another repeater");
}

TEST(DecideRule, ChecksThatEveryRowHasAVersion) {
  expect_refused(decide_spoilt([](DecideRange& d) { d.versions.pop_back(); }), "10 rows and 9 versions");
  expect_refused(decide_spoilt([](DecideRange& d) { d.versions[0].position = at(1); }), "two versions");
  expect_refused(decide_spoilt([](DecideRange& d) { d.chunk.reset(); }), "versions but no chunk");
  expect_refused(decide_spoilt([](DecideRange& d) {
                   d.chunk->rows = 0;
                   d.versions.clear();
                 }),
                 "0 rows");
}

TEST(DecideRule, ChecksTheQuarantinedRecords) {
  expect_refused(decide_spoilt([](DecideRange& d) { d.quarantined[0].last = at(10); }), "record lies outside");
  expect_refused(decide_spoilt([](DecideRange& d) { d.quarantined[0].last = at(2); }), "record lies outside");
  expect_refused(decide_spoilt([](DecideRange& d) { d.quarantined[1].position = at(3); }), "two quarantined");
  expect_refused(decide_spoilt([](DecideRange& d) { d.quarantined[0].repeater = RepeaterName("x"); }), "another");
}

TEST(DecideRule, ReplacesAPositionOnce) {
  expect_refused(decide_spoilt([](DecideRange& d) { d.replaced = {at(7), at(8), at(7)}; }), "replaced twice");
  DecideFacts facts = facts_at(at(0));
  facts.already_replaced = at(7);
  expect_refused(decide(empty_decision(at(0), at(1)), facts), "replaced before");
}

TEST(DecideRule, StoresANewChunkAsPackedWhateverItCameAs) {
  DecideRange decision = decision_over(at(0), at(10), 1);
  decision.chunk = chunk_in(ChunkState::kQuarantined);
  decision.chunk->reason = "old";
  const Chunk chunk = as_new(*decision.chunk);
  EXPECT_EQ(chunk.state, ChunkState::kPacked);
  EXPECT_EQ(chunk.id, 0);
  EXPECT_FALSE(chunk.report || chunk.staged_at || chunk.submitted_at || chunk.loaded_at || chunk.purged_at);
  EXPECT_EQ(chunk.reason, "");
}

TEST(CutRule, ClosesTheOpenBatchAndOpensTheNext) {
  const CutBatch cut{forms(), 1, at(50), TriggerCause::kThreshold, "2026-04", moment(5)};
  for (const BatchState state : kBatchStateList) {
    EXPECT_EQ(cut_batch(cut, {batch_in(state), {}, {}}).has_value(), state == BatchState::kOpen) << to_string(state);
  }
  const CutOutcome outcome = cut_batch(cut, {batch_in(BatchState::kOpen), at(50), at(49)}).value();
  EXPECT_EQ(outcome.closing.state, BatchState::kClosing);
  EXPECT_EQ(outcome.closing.cut, at(50));
  EXPECT_EQ(outcome.closing.cause, TriggerCause::kThreshold);
  EXPECT_EQ(outcome.next.number, 2U);
  EXPECT_EQ(outcome.next.state, BatchState::kOpen);
  EXPECT_EQ(outcome.next.period, "2026-04");
  EXPECT_EQ(outcome.next.opened_at, moment(5));
}

TEST(CutRule, RefusesCutsThatWouldNotSeparate) {
  CutBatch cut{forms(), 1, at(50), TriggerCause::kOperator, "2026-04", moment(5)};
  const Batch open = batch_in(BatchState::kOpen);
  expect_refused(refusal(cut_batch(cut, {open, at(51), {}})), "where the batch begins");
  expect_refused(refusal(cut_batch(cut, {open, {}, at(50)})), "which is in the batch");
  expect_refused(refusal(cut_batch(cut, {{}, {}, {}})), "no such batch");
  cut.repeater = RepeaterName("cases");
  expect_refused(refusal(cut_batch(cut, {open, {}, {}})), "no such batch");
  cut.repeater = forms();
  cut.cut = Position(~0ULL);
  expect_refused(refusal(cut_batch(cut, {open, {}, {}})), "not a position");
}

TEST(FirstBatchRule, AppliesOnlyToARepeaterWithoutBatches) {
  EXPECT_EQ(first_batch({forms(), "2026-03", moment(1)}, false).value().number, 1U);
  expect_refused(refusal(first_batch({forms(), "2026-03", moment(1)}, true)), "has a batch already");
}

TEST(ChunkRule, MovesBetweenEveryPairOfStatesAsTheTableSays) {
  for (const ChunkState from : kChunkStateList) {
    for (const ChunkState to : kChunkStateList) {
      const bool returns = from == ChunkState::kQuarantined && to != ChunkState::kReplaced;
      const auto result = moved(MoveChunk{1, from, to, moment(9), "why"}, chunk_in(from));
      EXPECT_EQ(result.has_value(), can_move(from, to) && !returns) << to_string(from) << " to " << to_string(to);
      EXPECT_EQ(result ? result->state : from, result ? to : from);
    }
  }
}

TEST(ChunkRule, MovesOnlyFromTheStateTheCallerThinksItIsIn) {
  for (const ChunkState real : kChunkStateList) {
    const auto result = moved(MoveChunk{1, ChunkState::kStaged, ChunkState::kSubmitted, {}, ""}, chunk_in(real));
    EXPECT_EQ(result.has_value(), real == ChunkState::kStaged) << to_string(real);
  }
  expect_refused(refusal(moved(MoveChunk{7, ChunkState::kStaged, ChunkState::kSubmitted, {}, ""}, std::nullopt)),
                 "chunk 7: there is no such chunk");
}

TEST(ChunkRule, StampsEachStep) {
  using enum ChunkState;
  EXPECT_EQ(moved(MoveChunk{1, kPacked, kStaged, moment(9), ""}, chunk_in(kPacked))->staged_at, moment(9));
  Chunk never_submitted = chunk_in(kStaged);
  never_submitted.submitted_at.reset();
  EXPECT_EQ(moved(MoveChunk{1, kStaged, kSubmitted, moment(9), ""}, never_submitted)->submitted_at, moment(9));
  EXPECT_EQ(moved(MoveChunk{1, kSubmitted, kLoaded, moment(9), ""}, chunk_in(kSubmitted))->loaded_at, moment(9));
  EXPECT_EQ(moved(MoveChunk{1, kLoaded, kPurged, moment(9), ""}, chunk_in(kLoaded))->purged_at, moment(9));
  EXPECT_EQ(moved(MoveChunk{1, kStaged, kQuarantined, moment(9), "why"}, chunk_in(kStaged))->reason, "why");
  const Chunk back = moved(MoveChunk{1, kSubmitted, kStaged, moment(9), ""}, chunk_in(kSubmitted)).value();
  EXPECT_EQ(back.staged_at, moment(1));
  EXPECT_EQ(back.submitted_at, chunk_in(kSubmitted).submitted_at) << "the destination may still remember it";
  EXPECT_FALSE(back.report);
  EXPECT_EQ(moved(MoveChunk{1, kStaged, kSubmitted, moment(99), ""}, back)->submitted_at, back.submitted_at);
}

TEST(ChunkRule, NeedsProofToBeLoaded) {
  const MoveChunk load{1, ChunkState::kSubmitted, ChunkState::kLoaded, moment(9), ""};
  Chunk chunk = chunk_in(ChunkState::kSubmitted);
  chunk.report->rows_loaded = 11;
  expect_refused(refusal(moved(load, chunk)), "no report says that its 10 rows");
  chunk.report = FileReport{chunk.key, FileStatus::kPartially, 10, ""};
  expect_refused(refusal(moved(load, chunk)), "no report");
  chunk.report.reset();
  expect_refused(refusal(moved(load, chunk)), "no report");
}

TEST(ReportRule, IsAboutTheSubmittedFileOfThatName) {
  for (const ChunkState state : kChunkStateList) {
    Chunk chunk = chunk_in(state);
    chunk.report.reset();
    const auto result = reported(ReportChunk{1, loaded_report(chunk)}, chunk);
    EXPECT_EQ(result.has_value(), state == ChunkState::kSubmitted) << to_string(state);
  }
  FileReport other = loaded_report(chunk_in(ChunkState::kSubmitted));
  other.key = ObjectKey("forms/other");
  expect_refused(refusal(reported(ReportChunk{1, other}, chunk_in(ChunkState::kSubmitted))), "about forms/other");
  expect_refused(refusal(reported(ReportChunk{1, other}, std::nullopt)), "no such chunk");
}

ReturnFacts returnable() {
  ReturnFacts facts;
  facts.chunk = chunk_in(ChunkState::kQuarantined);
  facts.chunk->report = failed_report(*facts.chunk);
  facts.chunk->reason = "why";
  facts.batch = batch_in(BatchState::kLoaded, 1);
  facts.open = batch_in(BatchState::kOpen, 5);
  return facts;
}

TEST(ReturnRule, BringsAFailedChunkIntoTheOpenBatchUnderItsOwnKey) {
  const Chunk chunk = returned(ReturnChunk{1, moment(9)}, returnable()).value();
  EXPECT_EQ(chunk.state, ChunkState::kStaged);
  EXPECT_EQ(chunk.batch, 5);
  EXPECT_EQ(chunk.key, returnable().chunk->key);
  EXPECT_EQ(chunk.staged_at, moment(1));
  EXPECT_FALSE(chunk.report || chunk.submitted_at);
  EXPECT_EQ(chunk.reason, "");
}

TEST(ReturnRule, NeedsAQuarantinedChunkWithoutALoadedRow) {
  for (const ChunkState state : kChunkStateList) {
    ReturnFacts facts = returnable();
    facts.chunk->state = state;
    EXPECT_EQ(returned(ReturnChunk{1, {}}, facts).has_value(), state == ChunkState::kQuarantined) << to_string(state);
  }
  const auto with_report = [](FileStatus status, std::uint64_t rows) {
    ReturnFacts facts = returnable();
    facts.chunk->report = FileReport{facts.chunk->key, status, rows, ""};
    return refusal(returned(ReturnChunk{1, {}}, facts));
  };
  expect_refused(with_report(FileStatus::kFailed, 1), "failed with 1 rows");
  expect_refused(with_report(FileStatus::kPartially, 0), "partially_loaded");
  expect_refused(with_report(FileStatus::kLoaded, 10), "loaded with 10 rows");
  EXPECT_EQ(with_report(FileStatus::kFailed, 0), "");
}

TEST(ReturnRule, StagesAgainWhatWasNeverStaged) {
  ReturnFacts facts = returnable();
  facts.chunk->report.reset();
  facts.chunk->submitted_at.reset();
  facts.chunk->staged_at.reset();
  const Chunk chunk = returned(ReturnChunk{1, moment(9)}, facts).value();
  EXPECT_EQ(chunk.state, ChunkState::kPacked);
  EXPECT_EQ(chunk.batch, 5);
  EXPECT_EQ(chunk.key, facts.chunk->key);
  EXPECT_EQ(chunk.reason, "");
}

TEST(ReturnRule, NeedsAClosedRequestAndAnOpenBatch) {
  ReturnFacts facts = returnable();
  facts.chunk->report.reset();
  expect_refused(refusal(returned(ReturnChunk{1, {}}, facts)), "nothing is known of its rows");
  facts.chunk->submitted_at.reset();
  EXPECT_EQ(refusal(returned(ReturnChunk{1, {}}, facts)), "");
  facts = returnable();
  facts.batch->state = BatchState::kSubmitted;
  expect_refused(refusal(returned(ReturnChunk{1, {}}, facts)), "still open");
  facts = returnable();
  facts.open.reset();
  expect_refused(refusal(returned(ReturnChunk{1, {}}, facts)), "no open batch");
  expect_refused(refusal(returned(ReturnChunk{1, {}}, {})), "no such chunk");
}

/// A batch in that state of which everything is decided, with one chunk in another one.
BatchFacts batch_with(BatchState state, std::optional<ChunkState> chunk) {
  BatchFacts facts;
  facts.batch = batch_in(state);
  facts.batch->request_id = "request-1";
  facts.batch->handle = "handle-1";
  facts.batch->submitted_at = moment(1);
  facts.cursor = at(100);
  if (chunk) {
    facts.chunks[static_cast<std::size_t>(*chunk)] = 1;
  }
  return facts;
}

MoveBatch move_batch(BatchState from, BatchState to) { return {1, from, to, moment(9), "request-2"}; }

TEST(BatchRule, MovesBetweenEveryPairOfStatesAsTheTableSays) {
  for (const BatchState from : kBatchStateList) {
    for (const BatchState to : kBatchStateList) {
      const bool cuts = from == BatchState::kOpen;
      const auto result = moved(move_batch(from, to), batch_with(from, std::nullopt));
      EXPECT_EQ(result.has_value(), can_move(from, to) && !cuts) << to_string(from) << " to " << to_string(to);
    }
  }
  expect_refused(
      refusal(moved(move_batch(BatchState::kOpen, BatchState::kClosing), batch_with(BatchState::kOpen, std::nullopt))),
      "only a cut");
}

/// The chunk states that keep a batch from moving on.
std::vector<ChunkState> holding(BatchState from, BatchState to) {
  std::vector<ChunkState> states;
  for (const ChunkState state : kChunkStateList) {
    if (!moved(move_batch(from, to), batch_with(from, state))) {
      states.push_back(state);
    }
  }
  return states;
}

TEST(BatchRule, IsHeldByTheChunksThatStillHaveAWayToGo) {
  using enum ChunkState;
  EXPECT_EQ(holding(BatchState::kClosing, BatchState::kSubmitted), (std::vector{kPacked}));
  EXPECT_EQ(holding(BatchState::kSubmitted, BatchState::kLoaded), (std::vector{kPacked, kStaged, kSubmitted}));
  EXPECT_EQ(holding(BatchState::kSubmitted, BatchState::kClosing), (std::vector<ChunkState>{}));
  EXPECT_EQ(holding(BatchState::kClosing, BatchState::kPurged),
            (std::vector{kPacked, kStaged, kSubmitted, kLoaded, kQuarantined}));
  EXPECT_EQ(holding(BatchState::kLoaded, BatchState::kPurged), (std::vector{kPacked, kStaged, kSubmitted, kLoaded}));
}

TEST(BatchRule, WaitsUntilEverythingBeforeTheCutIsDecided) {
  for (const BatchState to : {BatchState::kSubmitted, BatchState::kPurged}) {
    BatchFacts facts = batch_with(BatchState::kClosing, std::nullopt);
    facts.cursor = at(99);
    expect_refused(refusal(moved(move_batch(BatchState::kClosing, to), facts)), "not everything before its cut");
    facts.cursor.reset();
    expect_refused(refusal(moved(move_batch(BatchState::kClosing, to), facts)), "not everything before its cut");
    facts.batch->cut = at(0);
    EXPECT_EQ(refusal(moved(move_batch(BatchState::kClosing, to), facts)), "");
  }
}

TEST(BatchRule, KeepsTheRequestWhileItIsOpenAndForgetsItWhenItGoesBack) {
  using enum BatchState;
  const Batch out = moved(move_batch(kClosing, kSubmitted), batch_with(kClosing, std::nullopt)).value();
  EXPECT_EQ(out.request_id, "request-2");
  EXPECT_EQ(out.submitted_at, moment(9));
  const Batch back = moved(move_batch(kSubmitted, kClosing), batch_with(kSubmitted, std::nullopt)).value();
  EXPECT_EQ(back.request_id + back.handle, "");
  EXPECT_FALSE(back.submitted_at);
  EXPECT_EQ(moved(move_batch(kSubmitted, kLoaded), batch_with(kSubmitted, std::nullopt))->loaded_at, moment(9));
  MoveBatch nameless = move_batch(kClosing, kSubmitted);
  nameless.request_id.clear();
  expect_refused(refusal(moved(nameless, batch_with(kClosing, std::nullopt))), "no id");
}

TEST(BatchRule, RefusesWhatIsNotThereOrElsewhere) {
  expect_refused(refusal(moved(move_batch(BatchState::kClosing, BatchState::kSubmitted), {})), "no such batch");
  expect_refused(refusal(moved(move_batch(BatchState::kClosing, BatchState::kSubmitted),
                               batch_with(BatchState::kLoaded, std::nullopt))),
                 "it is loaded, not closing");
}

TEST(HandleRule, BelongsToASubmittedBatch) {
  for (const BatchState state : kBatchStateList) {
    const auto result = with_handle(SetHandle{1, "h"}, batch_in(state));
    EXPECT_EQ(result.has_value(), state == BatchState::kSubmitted) << to_string(state);
  }
  EXPECT_EQ(with_handle(SetHandle{1, "h"}, batch_in(BatchState::kSubmitted))->handle, "h");
  expect_refused(refusal(with_handle(SetHandle{1, "h"}, std::nullopt)), "no such batch");
}

std::string settle(QuarantineState from, QuarantineState to, std::optional<Position> by) {
  QuarantinedRecord record = quarantined_at(at(3));
  record.state = from;
  const auto result = settled(SettleQuarantined{forms(), at(3), to, by}, record);
  EXPECT_EQ(result ? result->replaced_by : by, by);
  return refusal(result);
}

TEST(SettleRule, IsAPersonsOneWordAboutAnOpenRecord) {
  using enum QuarantineState;
  EXPECT_EQ(settle(kOpen, kRetried, at(9)), "");
  EXPECT_EQ(settle(kOpen, kDiscarded, {}), "");
  expect_refused(settle(kOpen, kRetried, {}), "only then");
  expect_refused(settle(kOpen, kDiscarded, at(9)), "only then");
  expect_refused(settle(kOpen, kOpen, {}), "it is open");
  expect_refused(settle(kRetried, kDiscarded, {}), "retried already");
  expect_refused(settle(kDiscarded, kRetried, at(9)), "discarded already");
  expect_refused(refusal(settled(SettleQuarantined{forms(), at(3), kDiscarded, {}}, std::nullopt)),
                 "not in quarantine");
}

}  // namespace
}  // namespace firn
