#include "tests/support/catalog_scenario.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"

namespace firn {

CatalogScenario::CatalogScenario(Catalog& catalog, const Clock& clock) : catalog_(catalog), clock_(clock) {
  apply({OpenFirstBatch{repeater(), format_month(clock_.now()), clock_.now()}});
}

void CatalogScenario::apply(std::vector<Transition> transitions) {
  const auto committed = catalog_.commit(transitions);
  EXPECT_TRUE(committed) << committed.error().message();
}

Position CatalogScenario::cursor() const {
  return catalog_.cursor(repeater(), 0).value().value_or(Position::make(0, 0, 0));
}

ChunkId CatalogScenario::pack(std::string definition) {
  const Batch batch = open_batch();
  DecideRange decision;
  decision.repeater = repeater();
  decision.from = cursor();
  decision.next = decision.from.plus(kRows);
  decision.counts.records = kRows;
  decision.counts.rows = kRows;
  Chunk chunk;
  chunk.repeater = repeater();
  chunk.batch = batch.id;
  chunk.range = {decision.from, decision.from.plus(kRows - 1)};
  chunk.definition = definition.empty() ? table().digest() : std::move(definition);
  chunk.rows = kRows;
  chunk.bytes_uncompressed = 1000;
  chunk.bytes_compressed = content(chunk).size();
  chunk.bytes_longest_row = 100;
  chunk.content_digest = sha256(content(chunk));
  chunk.file_digest = sha256(content(chunk));
  chunk.key = chunk_key(chunk, batch.directory());
  chunk.oldest_received_at = clock_.now();
  chunk.packed_at = clock_.now();
  for (std::uint64_t row = 1; row <= kRows; ++row) {
    const Position position = decision.from.plus(row - 1);
    decision.versions.push_back(
        {document_key("demo", position.str()), position, {}, digest128(position.str()), row, clock_.now()});
  }
  decision.chunk = chunk;
  apply({decision});
  return catalog_.chunk_at(repeater(), chunk.range.first).value().value().id;
}

ChunkId CatalogScenario::staged() {
  const ChunkId id = pack();
  move(id, ChunkState::kStaged);
  return id;
}

BatchId CatalogScenario::cut() {
  const Batch batch = open_batch();
  apply({CutBatch{repeater(), batch.id, cursor(), TriggerCause::kOperator, format_month(clock_.now()), clock_.now()}});
  return batch.id;
}

BatchId CatalogScenario::submitted(int chunks) {
  for (int i = 0; i < chunks; ++i) {
    staged();
  }
  const BatchId id = cut();
  move_batch(id, BatchState::kSubmitted);
  for (const Chunk& chunk : chunks_of(id)) {
    if (chunk.state == ChunkState::kStaged) {
      move(chunk.id, ChunkState::kSubmitted);
    }
  }
  apply({SetHandle{id, "a handle"}});
  return id;
}

void CatalogScenario::report(ChunkId id, FileStatus status, std::uint64_t rows) {
  apply({ReportChunk{id, {chunk(id).key, status, rows, {}}}});
}

Chunk CatalogScenario::next_attempt(ChunkId id) {
  const Chunk before = chunk(id);
  Chunk next = before;
  next.attempt += 1;
  next.rows -= 1;
  next.key = chunk_key(next, batch(before.batch).directory());
  const Position first = before.range.first.plus(before.attempt - 1);
  QuarantinedRecord record;
  record.repeater = repeater();
  record.position = first;
  record.last = first;
  record.reason = QuarantineReason::kRefused;
  apply({ReplaceChunk{id, clock_.now(), next, {{document_key("demo", first.str()), record}}}});
  return catalog_.chunk_at(repeater(), first).value().value();
}

ChunkId CatalogScenario::loaded() {
  const BatchId batch = submitted();
  const ChunkId id = chunks_of(batch).back().id;
  report(id, FileStatus::kLoaded, kRows);
  move(id, ChunkState::kLoaded);
  move_batch(batch, BatchState::kLoaded);
  return id;
}

void CatalogScenario::move(ChunkId id, ChunkState to, std::string reason) {
  apply({MoveChunk{id, chunk(id).state, to, clock_.now(), std::move(reason)}});
}

void CatalogScenario::move_batch(BatchId id, BatchState to) {
  apply({MoveBatch{id, batch(id).state, to, clock_.now(), to == BatchState::kSubmitted ? "a request" : ""}});
}

Chunk CatalogScenario::chunk(ChunkId id) const {
  ChunkFilter filter;
  filter.after = id - 1;
  filter.limit = 1;
  return catalog_.chunks(filter).value().at(0);
}

Batch CatalogScenario::batch(BatchId id) const {
  BatchFilter filter;
  filter.after = id - 1;
  filter.limit = 1;
  return catalog_.batches(filter).value().at(0);
}

Batch CatalogScenario::open_batch() const {
  BatchFilter filter;
  filter.states = {BatchState::kOpen};
  return catalog_.batches(filter).value().at(0);
}

std::vector<Chunk> CatalogScenario::chunks_of(BatchId batch) const {
  ChunkFilter filter;
  filter.batch = batch;
  return catalog_.chunks(filter).value();
}

}  // namespace firn
