#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/sqlite/sqlite_catalog.h"
#include "model/catalog.h"
#include "tests/support/catalog_samples.h"
#include "tests/support/memory_catalog.h"
#include "tests/support/temporary_directory.h"

namespace firn {

/// A catalog under test with short names for what tests do to it.
class CatalogFixture : public testing::TestWithParam<const char*> {
 protected:
  CatalogFixture() {
    if (std::string(GetParam()) == "sqlite") {
      catalog_ = SqliteCatalog::open(directory_ / "catalog.db", {}).value();
    } else {
      catalog_ = std::make_unique<MemoryCatalog>();
    }
  }

  Status commit(std::vector<Transition> transitions) { return catalog_->commit(transitions); }
  /// The kind of failure, or nothing.
  std::optional<ErrorKind> refusal(std::vector<Transition> transitions) {
    const Status done = commit(std::move(transitions));
    return done ? std::nullopt : std::optional(done.error().kind);
  }
  void begin() { ASSERT_TRUE(commit({OpenFirstBatch{forms(), "2026-03", moment(0)}})); }
  void decide(std::uint64_t from, std::uint64_t next, BatchId batch) {
    const Status done = commit({decision_over(at(from), at(next), batch)});
    ASSERT_TRUE(done) << done.error().message();
  }
  void cut(BatchId batch, std::uint64_t offset) { ASSERT_TRUE(commit({cut_at(batch, offset)})); }
  static CutBatch cut_at(BatchId batch, std::uint64_t offset) {
    return {forms(), batch, at(offset), TriggerCause::kOperator, "2026-04", moment(60)};
  }
  void move(ChunkId chunk, ChunkState from, ChunkState to, std::int64_t second = 0) {
    const Status done = commit({MoveChunk{chunk, from, to, moment(second), "why"}});
    ASSERT_TRUE(done) << done.error().message();
  }
  void move(BatchId batch, BatchState from, BatchState to) {
    const Status done = commit({MoveBatch{batch, from, to, moment(70), "request-1"}});
    ASSERT_TRUE(done) << done.error().message();
  }
  /// One chunk over [0, 10) in batch 1, which has been cut there and is submitted with it.
  void submit_one() {
    begin();
    decide(0, 10, 1);
    cut(1, 10);
    move(1, ChunkState::kPacked, ChunkState::kStaged, 10);
    move(1, BatchState::kClosing, BatchState::kSubmitted);
    move(1, ChunkState::kStaged, ChunkState::kSubmitted, 20);
  }
  void load_one() {
    submit_one();
    ASSERT_TRUE(commit({ReportChunk{1, loaded_report(chunk(1))}}));
    move(1, ChunkState::kSubmitted, ChunkState::kLoaded, 30);
    move(1, BatchState::kSubmitted, BatchState::kLoaded);
  }
  void refuse_one() {
    submit_one();
    ASSERT_TRUE(commit({ReportChunk{1, failed_report(chunk(1))}}));
    move(1, ChunkState::kSubmitted, ChunkState::kQuarantined);
  }
  /// Chunk 1 over [0, 10), submitted, of which the destination has refused a row.
  void fail_one() {
    submit_one();
    ASSERT_TRUE(commit({ReportChunk{1, failed_report(chunk(1))}}));
  }
  Chunk chunk(ChunkId id) { return catalog_->chunks({{}, {}, {}, 1, id - 1}).value().at(0); }
  Batch batch(BatchId id) { return catalog_->batches({{}, {}, 1, id - 1}).value().at(0); }
  RepeaterTotals totals() { return catalog_->totals(forms()).value(); }

  TemporaryDirectory directory_;
  std::unique_ptr<Catalog> catalog_;
};

}  // namespace firn
