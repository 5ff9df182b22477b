#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "model/catalog.h"
#include "tests/contract/catalog_fixture.h"
#include "tests/support/catalog_samples.h"

namespace firn {
namespace {

/// What every catalog answers when it is asked.
class CatalogQueryContract : public CatalogFixture {};

TEST_P(CatalogQueryContract, FiltersAndPagesQuarantinedRecords) {
  begin();
  DecideRange decision = empty_decision(at(0), at(4));
  decision.quarantined = {quarantined_at(at(3)), quarantined_at(at(0)), quarantined_at(at(1))};
  ASSERT_TRUE(commit({decision, SettleQuarantined{forms(), at(1), QuarantineState::kDiscarded, {}}}));
  EXPECT_EQ(catalog_->quarantined({forms(), {QuarantineState::kOpen}, {}, 10}).value().size(), 2U);
  EXPECT_EQ(catalog_->quarantined({{}, {}, at(3), 10}).value().size(), 1U);
  EXPECT_EQ(catalog_->quarantined({RepeaterName("cases"), {}, {}, 10}).value().size(), 0U);
  const auto page = catalog_->quarantined({forms(), {}, {}, 1, std::pair(forms(), at(0))}).value();
  ASSERT_EQ(page.size(), 1U);
  EXPECT_EQ(page[0].position, at(1));
  EXPECT_EQ(page[0].detail, "line 1, column 2");
}

TEST_P(CatalogQueryContract, FiltersAndPagesFetchRequests) {
  begin();
  ASSERT_TRUE(
      commit({requests_over(at(0), at(1), "a"), requests_over(at(1), at(2), "b"), requests_over(at(2), at(3), "c")}));
  const auto ids = [&](const FetchFilter& filter) {
    std::string found;
    const auto requests = catalog_->fetch_requests(filter).value();
    for (const FetchRequest& request : requests) {
      found += request.document_id;
    }
    return found;
  };
  EXPECT_EQ(ids({forms(), {}, 2, {}}), "ab");
  EXPECT_EQ(ids({{}, {}, 2, at(0)}), "bc");
  EXPECT_EQ(ids({{}, document_key("demo", "b"), 10, {}}), "b");
  EXPECT_EQ(ids({{}, document_key("other", "b"), 10, {}}), "");
  EXPECT_EQ(ids({{}, document_key("demo", "b"), 10, at(1)}), "");
  EXPECT_EQ(ids({RepeaterName("cases"), {}, 10, {}}), "");
}

TEST_P(CatalogQueryContract, FiltersAndPagesChunks) {
  begin();
  decide(0, 10, 1);
  decide(10, 20, 1);
  decide(20, 30, 1);
  cut(1, 30);
  decide(30, 40, 2);
  move(2, ChunkState::kPacked, ChunkState::kStaged);
  const auto ids = [&](const ChunkFilter& filter) {
    std::vector<ChunkId> found;
    const auto chunks = catalog_->chunks(filter).value();
    for (const Chunk& chunk : chunks) {
      found.push_back(chunk.id);
    }
    return found;
  };
  EXPECT_EQ(ids({forms(), {ChunkState::kPacked}, {}, 10, 0}), (std::vector<ChunkId>{1, 3, 4}));
  EXPECT_EQ(ids({{}, {ChunkState::kStaged, ChunkState::kPacked, ChunkState::kStaged}, {}, 3, 0}),
            (std::vector<ChunkId>{1, 2, 3}));
  EXPECT_EQ(ids({{}, {}, 1, 2, 1}), (std::vector<ChunkId>{2, 3}));
  EXPECT_EQ(ids({forms(), {ChunkState::kPacked}, 2, 10, 0}), (std::vector<ChunkId>{4}));
  EXPECT_EQ(ids({RepeaterName("cases"), {}, {}, 10, 0}), (std::vector<ChunkId>{}));
  EXPECT_EQ(catalog_->batches({forms(), {BatchState::kOpen}, 10, 0}).value().at(0).id, 2);
}

TEST_P(CatalogQueryContract, NamesTheNewestProvenChunks) {
  begin();
  for (std::uint64_t first = 0; first < 50; first += 10) {
    decide(first, first + 10, 1);
  }
  for (const ChunkId id : {1, 2, 3, 5}) {
    move(id, ChunkState::kPacked, ChunkState::kStaged);
    move(id, ChunkState::kStaged, ChunkState::kSubmitted);
    ASSERT_TRUE(commit({ReportChunk{id, loaded_report(chunk(id))}}));
    move(id, ChunkState::kSubmitted, ChunkState::kLoaded);
  }
  move(5, ChunkState::kLoaded, ChunkState::kPurged);
  const auto ids = [&](const RepeaterName& repeater, std::size_t most) {
    std::vector<ChunkId> found;
    const auto chunks = catalog_->newest_proven(repeater, most).value();
    for (const Chunk& chunk : chunks) {
      found.push_back(chunk.id);
    }
    return found;
  };
  EXPECT_EQ(ids(forms(), 3), (std::vector<ChunkId>{2, 3, 5})) << "the fourth is packed";
  EXPECT_EQ(ids(forms(), 10), (std::vector<ChunkId>{1, 2, 3, 5}));
  EXPECT_EQ(ids(RepeaterName("cases"), 10), (std::vector<ChunkId>{}));
}

TEST_P(CatalogQueryContract, FindsTheChunkThatHoldsAPosition) {
  begin();
  decide(0, 10, 1);
  ASSERT_TRUE(commit({empty_decision(at(10), at(20))}));
  decide(20, 30, 1);
  EXPECT_EQ(catalog_->chunk_at(forms(), at(9)).value()->id, 1);
  EXPECT_EQ(catalog_->chunk_at(forms(), at(10)).value(), std::nullopt);
  EXPECT_EQ(catalog_->chunk_at(forms(), at(20)).value()->id, 2);
  EXPECT_EQ(catalog_->chunk_at(RepeaterName("cases"), at(20)).value(), std::nullopt);
}

TEST_P(CatalogQueryContract, FindsTheBatchThatTakesAPosition) {
  const auto batch_at = [&](std::uint64_t offset) {
    const auto found = catalog_->batch_at(forms(), at(offset)).value();
    return found ? found->id : BatchId{0};
  };
  EXPECT_EQ(batch_at(0), 0);
  begin();
  EXPECT_EQ(batch_at(0), 1);
  decide(0, 20, 1);
  cut(1, 20);
  cut(2, 20);
  cut(3, 30);
  EXPECT_EQ(batch_at(0), 1);
  EXPECT_EQ(batch_at(19), 1);
  EXPECT_EQ(batch_at(20), 3);
  EXPECT_EQ(batch_at(30), 4);
  EXPECT_FALSE(catalog_->batch_at(RepeaterName("cases"), at(0)).value());
}

TEST_P(CatalogQueryContract, KnowsTheDomainsInAlphabeticalOrder) {
  begin();
  DecideRange decision = empty_decision(at(0), at(1));
  decision.domains = {"zebra", "apple", "zebra"};
  ASSERT_TRUE(commit({decision}));
  EXPECT_EQ(catalog_->domains(forms()).value(), (std::vector<std::string>{"apple", "zebra"}));
}

TEST_P(CatalogQueryContract, SumsUpARepeater) {
  begin();
  decide(0, 10, 1);
  decide(10, 30, 1);
  move(2, ChunkState::kPacked, ChunkState::kStaged);
  EXPECT_EQ(totals().decided.rows, 30U);
  EXPECT_EQ(totals().uningested_bytes, 3000U);
  EXPECT_EQ(totals().oldest_unloaded, moment(0));
  ASSERT_EQ(totals().chunks.size(), 2U);
  EXPECT_EQ(totals().chunks[0].state, ChunkState::kPacked);
  EXPECT_EQ(totals().chunks[0].rows, 10U);
  EXPECT_EQ(totals().chunks[1].bytes_compressed, 200U);
  cut(1, 30);
  EXPECT_EQ(totals().uningested_bytes, 0U) << "a closing batch is being ingested";
}

TEST_P(CatalogQueryContract, KnowsTheAgeOfWhatIsInTheOpenBatch) {
  begin();
  EXPECT_FALSE(totals().oldest_uningested);
  decide(0, 10, 1);
  EXPECT_EQ(totals().oldest_uningested, chunk(1).oldest_received_at);
  cut(1, 10);
  EXPECT_FALSE(totals().oldest_uningested);
}

TEST_P(CatalogQueryContract, KeepsAControlUntilItIsTakenBack) {
  const RepeaterName cases("cases");
  ASSERT_TRUE(catalog_->set_control({forms(), "pack", moment(1)}));
  ASSERT_TRUE(catalog_->set_control({forms(), "load", moment(2)}));
  ASSERT_TRUE(catalog_->set_control({cases, kDrainControl, moment(3)}));
  ASSERT_TRUE(catalog_->set_control({forms(), "pack", moment(9)}));
  const std::vector<Control> all{
      {cases, kDrainControl, moment(3)}, {forms(), "load", moment(2)}, {forms(), "pack", moment(1)}};
  EXPECT_EQ(catalog_->controls().value(), all);
  ASSERT_TRUE(catalog_->clear_control(forms(), "pack"));
  ASSERT_TRUE(catalog_->clear_control(forms(), "pack"));
  EXPECT_EQ(catalog_->controls().value().size(), 2U);
}

TEST_P(CatalogQueryContract, KnowsSinceWhenARepeaterHasItsSchedule) {
  EXPECT_EQ(catalog_->schedule_since(forms(), "@monthly, UTC", moment(5)).value(), moment(5));
  EXPECT_EQ(catalog_->schedule_since(forms(), "@monthly, UTC", moment(7)).value(), moment(5));
  EXPECT_EQ(catalog_->schedule_since(forms(), "@weekly, UTC", moment(9)).value(), moment(9));
  EXPECT_EQ(catalog_->schedule_since(forms(), "", moment(11)).value(), moment(11));
  EXPECT_EQ(catalog_->schedule_since(forms(), "@weekly, UTC", moment(13)).value(), moment(13));
}

TEST_P(CatalogQueryContract, SumsUpWhatWasUsedByDay) {
  const RepeaterName cases("cases");
  const std::vector<Transition> first{
      AddUsage{forms(), "2026-10-31", {{UsageItem::kSnowpipeBytes, 5}}},
      AddUsage{forms(), "2026-11-01", {{UsageItem::kSnowpipeBytes, 10}, {UsageItem::kFiles, 1}}}};
  ASSERT_TRUE(catalog_->commit(first));
  const std::vector<Transition> second{AddUsage{forms(), "2026-11-01", {{UsageItem::kSnowpipeBytes, 20}}},
                                       AddUsage{cases, "2026-11-02", {{UsageItem::kS3Puts, 3}}}};
  ASSERT_TRUE(catalog_->commit(second));
  const std::vector<UsageEntry> november{{cases, "2026-11-02", UsageItem::kS3Puts, 3},
                                         {forms(), "2026-11-01", UsageItem::kFiles, 1},
                                         {forms(), "2026-11-01", UsageItem::kSnowpipeBytes, 30}};
  EXPECT_EQ(catalog_->usage({.since = "2026-11"}).value(), november);
  EXPECT_EQ(catalog_->usage({.repeater = forms()}).value().size(), 3U);
}

TEST_P(CatalogQueryContract, AddsNoUsageOfACommitThatDoesNotApply) {
  const std::vector<Transition> both{AddUsage{forms(), "2026-11-01", {{UsageItem::kFiles, 1}}},
                                     MoveChunk{77, ChunkState::kPacked, ChunkState::kStaged, moment(1), {}}};
  EXPECT_FALSE(catalog_->commit(both));
  EXPECT_TRUE(catalog_->usage({}).value().empty());
}

TEST_P(CatalogQueryContract, ForgetsTheAgeOfWhatIsLoaded) {
  load_one();
  EXPECT_EQ(totals().oldest_unloaded, std::nullopt);
  decide(10, 20, 2);
  EXPECT_EQ(totals().oldest_unloaded, moment(10));
}

TEST_P(CatalogQueryContract, KeepsBytesThatAreNotText) {
  begin();
  DecideRange decision = empty_decision(at(0), at(1));
  decision.quarantined = {quarantined_at(at(0))};
  decision.quarantined[0].document_id = std::string("a\0b\xFF", 4);
  decision.domains = {std::string("d\0e", 3)};
  ASSERT_TRUE(commit({decision}));
  EXPECT_EQ(catalog_->quarantined({}).value().at(0).document_id, std::string("a\0b\xFF", 4));
  EXPECT_EQ(catalog_->domains(forms()).value().at(0), std::string("d\0e", 3));
}

INSTANTIATE_TEST_SUITE_P(Catalogs, CatalogQueryContract, testing::Values("memory", "sqlite"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace firn
