#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/result.h"
#include "catalog/rules.h"
#include "catalog/sqlite/database.h"
#include "model/catalog.h"
#include "model/transition.h"

namespace firn {

/// Applies transitions to the tables, checking each by the rules. Must run inside a transaction; after a failure the
/// transaction has to be rolled back.
class CatalogWriter {
 public:
  explicit CatalogWriter(Database& database) : database_(database) {}

  Status apply(const OpenFirstBatch& open);
  Status apply(const CutBatch& cut);
  Status apply(const DecideRange& decision);
  Status apply(const MoveChunk& move);
  Status apply(const ReportChunk& report);
  Status apply(const MoveBatch& move);
  Status apply(const SetHandle& set);
  Status apply(const ReturnChunk& back);
  Status apply(const ReplaceChunk& replace);
  Status apply(const SettleQuarantined& settle);
  Status apply(const AddUsage& add);
  /// As Catalog::bind_target(), without the answer.
  Status bind_target(const RepeaterName& repeater, const std::string& target);
  Status set_control(const Control& control);
  /// Remembers `now` when the repeater had another schedule before.
  Status set_schedule(const RepeaterName& repeater, const std::string& schedule, Timestamp now);

 private:
  /// The repeater's number, given now when it is new.
  Result<std::int64_t> repeater_id(const RepeaterName& repeater);

  Result<CutFacts> cut_facts(const CutBatch& cut);
  Result<DecideFacts> decide_facts(const DecideRange& decision, std::int64_t repeater);
  Result<BatchFacts> batch_facts(BatchId id);

  Result<ReplaceFacts> replace_facts(const ReplaceChunk& replace);

  Status insert_batch(const Batch& batch, std::int64_t repeater);
  Status update_batch(const Batch& batch);
  Status insert_chunk(const Chunk& chunk, std::int64_t repeater);
  Status update_chunk(const Chunk& before, const Chunk& after);
  Status insert_versions(std::span<const VersionEntry> versions, std::int64_t repeater);
  /// Takes the rows' version entries away, and puts their records into quarantine.
  Status drop_rows(std::span<const DroppedRow> rows, std::int64_t repeater);
  Status insert_quarantined(std::span<const QuarantinedRecord> records, std::int64_t repeater);
  /// Those whose document is not asked for yet; returns how many were asked for already.
  Result<std::uint64_t> insert_requests(std::span<const FetchRequest> requests, std::int64_t repeater);
  Status insert_names(const DecideRange& decision, std::int64_t repeater);
  Status add_counts(const PackCounts& counts, std::int64_t repeater);
  Status add_open_quarantine(std::int64_t repeater, std::int64_t records, std::int64_t bytes);
  /// Adds the chunk to the sums of its state (`sign` 1), or takes it out (-1).
  Status count_chunk(const Chunk& chunk, std::int64_t repeater, std::int64_t sign);

  Database& database_;
};

}  // namespace firn
