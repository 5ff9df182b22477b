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

class PackStepTest : public testing::Test, protected PackWorld {
 protected:
  static Position at(std::uint64_t offset) { return Position::make(1, 0, offset); }
  [[nodiscard]] std::optional<Position> cursor() { return catalog.cursor(options.repeater, 0).value(); }
};

TEST_F(PackStepTest, OpensTheFirstBatchAndThenHasNothingToDo) {
  EXPECT_EQ(turn().result, StepResult::kDone);
  const auto batches = catalog.batches({}).value();
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_EQ(batches[0].period, "2026-03");
  const auto outcome = turn();
  EXPECT_EQ(outcome.result, StepResult::kIdle);
  EXPECT_FALSE(outcome.again_in);
}

TEST_F(PackStepTest, MakesARowOfEachForm) {
  accept(form("a", 1, R"(text, with \"quotes\")"));
  accept(form("b"));
  pack_all();
  ASSERT_EQ(chunks().size(), 1U);
  const auto rows = rows_of(chunks()[0]);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].at(1), "a");
  EXPECT_EQ(rows[0].at(3), "2026-03-01 00:00:00.000000");
  EXPECT_EQ(rows[0].at(6), form("a", 1, R"(text, with \"quotes\")"));
  EXPECT_EQ(rows[1].at(3), std::nullopt);
  EXPECT_EQ(row_offsets(), (Offsets{0, 1}));
}

TEST_F(PackStepTest, RecordsWhatTheChunkHolds) {
  const Timestamp accepted = clock.now();
  accept(form("a", 1));
  clock.advance(std::chrono::minutes(5));
  pack_all();
  const Chunk chunk = chunks().at(0);
  EXPECT_EQ(chunk.range, (PositionRange{at(0), at(0)}));
  EXPECT_EQ(chunk.rows, 1U);
  EXPECT_EQ(chunk.definition, options.table.digest());
  EXPECT_EQ(chunk.oldest_received_at, accepted);
  EXPECT_EQ(chunk.packed_at, clock.now());
  EXPECT_EQ(chunk.file_digest, sha256(files.content("/data/chunks/forms/" + file_name(chunk.key)).value()));
  EXPECT_EQ(chunk.key, chunk_key(chunk, "2026-03/000001"));
  EXPECT_EQ(catalog.domains(options.repeater).value(), std::vector<std::string>{"demo"});
}

TEST_F(PackStepTest, KeepsAnEntryForEachRow) {
  accept(form("a", 1));
  accept("not json");
  accept(form("b", 2));
  pack_all();
  const std::vector keys{document_key("demo", "a"), document_key("demo", "b")};
  const auto entries = catalog.versions(options.repeater, keys).value();
  EXPECT_EQ(entries[0].at(0).row, 1U);
  EXPECT_EQ(entries[1].at(0).row, 2U);
  EXPECT_EQ(entries[1].at(0).position, at(2));
}

TEST_F(PackStepTest, ReadsNothingForABatchThatIsFull) {
  std::optional<BatchId> full;
  options.batch_is_full = [&full](const Batch& open) { return full == open.id; };
  start();
  accept(form("a"));
  pack_all();
  const Batch open = catalog.batches({.states = {BatchState::kOpen}}).value().at(0);
  full = open.id;
  accept(form("b"));
  EXPECT_TRUE(turn().again_in.has_value());
  EXPECT_EQ(step->read_to(), at(1));
  const std::vector<Transition> cut{
      CutBatch{options.repeater, open.id, at(1), TriggerCause::kThreshold, "2026-03", clock.now()}};
  ASSERT_TRUE(catalog.commit(cut));
  pack_all();
  EXPECT_EQ(step->read_to(), at(2));
  EXPECT_EQ(chunks().back().batch, open.id + 1);
}

// When a range is sealed.

TEST_F(PackStepTest, WaitsUntilTheOldestRecordHasChunkAge) {
  accept(form("a"));
  clock.advance(std::chrono::minutes(20));
  accept(form("b"));
  const auto outcome = settle();
  EXPECT_EQ(outcome.result, StepResult::kIdle);
  EXPECT_EQ(outcome.again_in, std::chrono::minutes(40));
  EXPECT_TRUE(chunks().empty());
  clock.advance(std::chrono::minutes(40));
  settle();
  EXPECT_EQ(chunks().at(0).rows, 2U);
}

TEST_F(PackStepTest, SealsAtChunkAgeAlthoughTheClockWasSetBack) {
  accept(form("a"));
  EXPECT_EQ(settle().result, StepResult::kIdle);
  clock.set(clock.now() - std::chrono::hours(1000));
  clock.advance(std::chrono::minutes(20));
  EXPECT_EQ(settle().again_in, std::chrono::minutes(40));
  clock.advance(std::chrono::minutes(40));
  settle();
  EXPECT_EQ(row_offsets(), Offsets{0});
}

TEST_F(PackStepTest, SealsAtTheTargetSize) {
  options.target_bytes = 1;
  options.read_bytes = 1;
  start();
  for (int i = 0; i < 600; ++i) {
    accept(form(std::to_string(i), 0, std::string(4000, static_cast<char>('a' + i % 26))));
  }
  settle();
  EXPECT_GE(chunks().size(), 1U);
  EXPECT_LT(chunks().at(0).rows, 600U);
}

TEST_F(PackStepTest, SealsAtTheGreatestNumberOfRows) {
  options.max_rows = 2;
  start();
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    accept(form(id));
  }
  settle();
  ASSERT_EQ(chunks().size(), 2U);
  EXPECT_EQ(chunks()[1].range, (PositionRange{at(2), at(3)}));
  EXPECT_EQ(step->open_counts().rows, 1U);
}

TEST_F(PackStepTest, BoundsTheQuarantinedOfOneRangeToo) {
  options.max_rows = 2;
  start();
  for (int i = 0; i < 3; ++i) {
    accept("not json");
  }
  settle();
  EXPECT_EQ(cursor(), at(2));
}

TEST_F(PackStepTest, EndsARangeAtTheCut) {
  for (const char* id : {"a", "b", "c"}) {
    accept(form(id));
  }
  turn();
  cut(at(2));
  settle();
  ASSERT_EQ(chunks().size(), 1U);
  EXPECT_EQ(chunks()[0].range, (PositionRange{at(0), at(1)}));
  EXPECT_EQ(cursor(), at(2));
}

TEST_F(PackStepTest, PutsEachRecordIntoTheBatchOfItsCut) {
  accept(form("a"));
  turn();
  cut();
  accept(form("b"));
  cut();
  accept(form("c"));
  pack_all();
  ASSERT_EQ(chunks().size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(chunks()[i].batch, static_cast<BatchId>(i + 1));
    EXPECT_EQ(chunks()[i].range.first, at(i));
  }
}

TEST_F(PackStepTest, BeginsAnewWhenACutLiesInWhatItHasRead) {
  accept(form("a"));
  accept(form("b"));
  settle();
  EXPECT_EQ(step->open_counts().rows, 2U);
  cut(at(1));
  turn();
  EXPECT_TRUE(commit_status) << "the catalog refuses a range that crosses a cut";
  ASSERT_EQ(chunks().size(), 1U);
  EXPECT_EQ(chunks()[0].rows, 1U);
  pack_all();
  EXPECT_EQ(row_offsets(), (Offsets{0, 1}));
}

TEST_F(PackStepTest, IgnoresTheCutOfABatchThatIsDone) {
  accept(form("a"));
  pack_all();
  cut();  // an empty batch
  accept(form("b"));
  pack_all();
  EXPECT_EQ(chunks().at(1).batch, 3);
}

TEST_F(PackStepTest, FindsItsBatchBehindAnyNumberOfClosingOnes) {
  turn();
  for (int i = 0; i < 1001; ++i) {
    cut(at(0));
  }
  accept(form("a"));
  pack_all();
  ASSERT_EQ(chunks().size(), 1U);
  EXPECT_EQ(chunks()[0].batch, 1002);
}

TEST_F(PackStepTest, MovesTheCursorOverARangeWithoutRows) {
  accept(form("a", 1));
  pack_all();
  accept(form("a", 1));
  accept("not json");
  pack_all();
  EXPECT_EQ(chunks().size(), 1U);
  EXPECT_EQ(chunk_files().size(), 1U);
  EXPECT_EQ(cursor(), at(3));
  EXPECT_EQ(counts().duplicates, 1U);
}

TEST_F(PackStepTest, NeverMixesTwoGenerationsInOneChunk) {
  accept(form("a"));
  journal.next_position = Position::make(2, 0, 0);
  accept(form("b"));
  pack_all();
  ASSERT_EQ(chunks().size(), 2U);
  EXPECT_EQ(chunks()[0].range.first.generation(), 1U);
  EXPECT_EQ(chunks()[1].range.first.generation(), 2U);
  EXPECT_TRUE(quarantined().empty());
}

TEST_F(PackStepTest, ReachesACutInANewGenerationWithoutRecords) {
  accept(form("a"));
  settle();
  journal.next_position = Position::make(2, 0, 0);
  pack_all();
  EXPECT_EQ(cursor(), Position::make(2, 0, 0));
  EXPECT_TRUE(quarantined().empty());
}

// Duplicates (the rules themselves are tested with judge()).

TEST_F(PackStepTest, DropsAVersionThatIsInTheSameRange) {
  accept(form("a", 1));
  accept(form("a", 1));
  pack_all();
  EXPECT_EQ(row_offsets(), Offsets{0});
  EXPECT_EQ(counts().duplicates, 1U);
}

TEST_F(PackStepTest, DropsAVersionThatTheCatalogHas) {
  accept(form("a", 1));
  accept(form("a", 2));
  pack_all();
  accept(form("a", 1));
  pack_all();
  EXPECT_EQ(row_offsets(), (Offsets{0, 1}));
}

TEST_F(PackStepTest, MakesThreeRowsOfABAWithoutVersions) {
  for (const char* content : {"A", "A", "B", "B", "A"}) {
    accept(form("a", 0, content));
  }
  pack_all();
  EXPECT_EQ(row_offsets(), (Offsets{0, 2, 4}));
}

TEST_F(PackStepTest, MakesThreeRowsOfABAInDifferentChunks) {
  for (const char* content : {"A", "B", "A"}) {
    accept(form("a", 0, content));
    pack_all();
  }
  EXPECT_EQ(row_offsets(), (Offsets{0, 1, 2}));
}

TEST_F(PackStepTest, KeepsALateOldVersion) {
  accept(form("a", 5));
  accept(form("a", 3));
  pack_all();
  EXPECT_EQ(row_offsets(), (Offsets{0, 1}));
}

TEST_F(PackStepTest, KeepsTheFirstOfAVersionAndCountsOtherContent) {
  accept(form("a", 1, "first"));
  accept(form("a", 1, "second"));
  pack_all();
  accept(form("a", 1, "third"));
  pack_all();
  EXPECT_EQ(row_offsets(), Offsets{0});
  EXPECT_EQ(counts().conflicts, 2U);
  EXPECT_EQ(counts().duplicates, 2U);
}

TEST_F(PackStepTest, TellsDocumentsOfTwoDomainsApart) {
  accept(form("a", 1));
  accept(R"({"id":"a","domain":"other","server_modified_on":"2026-03-01T00:00:00Z","form":{}})");
  pack_all();
  EXPECT_EQ(row_offsets(), (Offsets{0, 1}));
}

TEST_F(PackStepTest, TakesOneRecordForEachPositionReplaced) {
  const Position bad = accept("not json");
  pack_all();
  accept(form("a", 1), bad);
  accept(form("a", 2), bad);
  pack_all();
  accept(form("a", 3), bad);
  pack_all();
  EXPECT_EQ(row_offsets(), Offsets{1});
  EXPECT_TRUE(catalog.is_replaced(options.repeater, bad).value());
  EXPECT_EQ(counts().duplicates, 2U);
}

TEST_F(PackStepTest, MakesOneRowOfADamagedDocumentThatCameTwiceAndWasRepairedTwice) {
  const Position first = accept("not json");
  const Position second = accept("not json");
  pack_all();
  accept(form("a", 1), first);
  pack_all();
  accept(form("a", 1), second);
  pack_all();
  EXPECT_EQ(row_offsets(), Offsets{2});
  EXPECT_TRUE(catalog.is_replaced(options.repeater, second).value());
}

TEST_F(PackStepTest, DoesNotTakeThePlaceWithARecordThatIsBadAgain) {
  const Position bad = accept("not json");
  accept("still not json", bad);
  pack_all();
  EXPECT_FALSE(catalog.is_replaced(options.repeater, bad).value());
  EXPECT_EQ(quarantined().size(), 2U);
}

TEST_F(PackStepTest, CountsEveryRecordOnce) {
  for (const char* body : {"not json", "[]"}) {
    accept(body);
  }
  accept(form("a", 1));
  accept(form("a", 1));
  accept(form("a", 2));
  pack_all();
  EXPECT_EQ(counts().records, 5U);
  EXPECT_EQ(counts().rows + counts().duplicates + counts().quarantined, 5U);
}

// Quarantine.

TEST_F(PackStepTest, PutsABadRecordIntoQuarantineAndGoesOn) {
  const Position bad = accept("{\"id\":");
  accept(form("a"));
  pack_all();
  const auto record = quarantined().at(0);
  EXPECT_EQ(record.position, bad);
  EXPECT_EQ(record.reason, QuarantineReason::kNotJson);
  EXPECT_EQ(record.detail, "line 1, column 7: it ends too early");
  EXPECT_EQ(record.bytes, 6U);
  EXPECT_EQ(read_quarantined(files, "/data", options.repeater, bad).value().body, "{\"id\":");
  EXPECT_EQ(row_offsets(), Offsets{1});
}

TEST_F(PackStepTest, QuarantinesARowThatNoDestinationTakes) {
  options.max_row_bytes = 1000;
  start();
  accept(form("a", 0, std::string(2000, 'x')));
  accept(form("b"));
  pack_all();
  EXPECT_EQ(quarantined().at(0).reason, QuarantineReason::kRowTooLarge);
  EXPECT_EQ(quarantined().at(0).detail, "$: the row has 2116 bytes, the limit is 1000");
  EXPECT_EQ(quarantined().at(0).document_id, "a");
  EXPECT_EQ(row_offsets(), Offsets{1});
}

TEST_F(PackStepTest, HasTheBytesOfQuarantinedRecordsOnDiskBeforeTheDecision) {
  const Position bad = accept("not json");
  settle();
  cut();
  const auto outcome = run();
  ASSERT_EQ(outcome.transitions.size(), 1U);
  ASSERT_TRUE(catalog.commit(outcome.transitions));
  crash(3);
  EXPECT_EQ(read_quarantined(files, "/data", options.repeater, bad).value().body, "not json");
}

TEST_F(PackStepTest, PutsARangeThatTheJournalLostIntoQuarantine) {
  accept(form("a"));
  accept(form("lost 1"));
  accept(form("lost 2"));
  accept(form("b"));
  journal.records.erase(journal.records.begin() + 2);
  journal.records[1].lost = LostRange{at(2), "segment 7, byte 4096"};
  pack_all();
  const auto record = quarantined().at(0);
  EXPECT_EQ(record.reason, QuarantineReason::kJournalDamage);
  EXPECT_EQ(record.position, at(1));
  EXPECT_EQ(record.last, at(2));
  EXPECT_EQ(record.detail, "segment 7, byte 4096");
  EXPECT_EQ(row_offsets(), (Offsets{0, 3}));
  EXPECT_EQ(counts().records, 4U);
  EXPECT_EQ(counts().quarantined, 2U);
}

TEST_F(PackStepTest, SplitsALostRangeAtACutInItsMiddle) {
  for (const char* id : {"a", "b", "c"}) {
    accept(form(id));
  }
  journal.records.resize(1);
  journal.records[0].lost = LostRange{at(2), "segment 7, byte 64"};
  turn();
  cut(at(1));
  pack_all();
  ASSERT_EQ(quarantined().size(), 2U);
  EXPECT_EQ(quarantined()[0].last, at(0));
  EXPECT_EQ(quarantined()[1].position, at(1));
  EXPECT_EQ(quarantined()[1].last, at(2));
}

TEST_F(PackStepTest, NoticesPositionsThatTheJournalDoesNotHave) {
  for (const char* id : {"a", "b", "c", "d"}) {
    accept(form(id));
  }
  journal.records.erase(journal.records.begin() + 1);
  journal.records.pop_back();
  pack_all();
  ASSERT_EQ(quarantined().size(), 2U);
  EXPECT_EQ(quarantined()[0].position, at(1));
  EXPECT_EQ(quarantined()[1].position, at(3));
  EXPECT_EQ(row_offsets(), (Offsets{0, 2}));
}

}  // namespace
}  // namespace firn
