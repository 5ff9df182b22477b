#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/objection.h"
#include "catalog/rules.h"

namespace firn {
namespace {

/// A quarantined chunk, of which rows may have arrived.
Objection object_to_quarantined(const ReplaceChunk& replace, const ReplaceFacts& facts) {
  if (!facts.chunk->report && !facts.chunk->submitted_at) {
    return "nothing is reported of it, and it was never submitted";
  }
  if (!replace.dropped.empty()) {
    return "no row of a quarantined chunk is left out that has not arrived";
  }
  if (facts.batch && facts.batch->state == BatchState::kSubmitted) {
    return fmt::format("the request of batch {}, which names it, is still open", facts.batch->number);
  }
  return facts.open ? std::nullopt : Objection("the repeater has no open batch");
}

Objection object_to_chunk(const ReplaceChunk& replace, const ReplaceFacts& facts) {
  const Chunk& chunk = *facts.chunk;
  if (chunk.state != ChunkState::kSubmitted && chunk.state != ChunkState::kQuarantined) {
    return fmt::format("it is {}, neither submitted nor quarantined", to_string(chunk.state));
  }
  if (chunk.state == ChunkState::kQuarantined) {
    return object_to_quarantined(replace, facts);
  }
  if (!chunk.report) {
    return "nothing is reported of it";
  }
  if (replace.arrived > 0) {
    return "no row of a submitted chunk has arrived";
  }
  if (replace.dropped.empty()) {
    return "no row is left out";
  }
  if (chunk.report->status != FileStatus::kFailed || chunk.report->rows_loaded != 0) {
    return fmt::format("its report says {} with {} rows", to_string(chunk.report->status), chunk.report->rows_loaded);
  }
  return std::nullopt;
}

Objection object_to_dropped(const ReplaceChunk& replace, const ReplaceFacts& facts) {
  const PositionRange range = facts.chunk->range;
  std::vector<Position> positions;
  for (const DroppedRow& row : replace.dropped) {
    const QuarantinedRecord& record = row.record;
    if (record.repeater != facts.chunk->repeater) {
      return "a dropped row is another repeater's";
    }
    if (record.position < range.first || record.position > range.last || record.last != record.position) {
      return "a dropped row lies outside";
    }
    positions.push_back(record.position);
  }
  if (has_twice(std::move(positions))) {
    return "a row is dropped twice";
  }
  if (facts.without_version) {
    return fmt::format("no row was made of the record {}", facts.without_version->str());
  }
  if (facts.in_quarantine) {
    return fmt::format("the record {} is in quarantine already", facts.in_quarantine->str());
  }
  return std::nullopt;
}

Objection object_to_rows(const ReplaceChunk& replace, const Chunk& chunk) {
  const std::uint64_t rows = replace.next ? replace.next->rows : 0;
  if (replace.next && rows == 0) {
    return "its next attempt has no row";
  }
  if (rows + replace.dropped.size() + replace.arrived != chunk.rows) {
    return fmt::format("it has {} rows, its next attempt {}, {} are dropped and {} have arrived", chunk.rows, rows,
                       replace.dropped.size(), replace.arrived);
  }
  return std::nullopt;
}

Objection object_to_next(const Chunk& next, const ReplaceFacts& facts) {
  const Chunk& chunk = *facts.chunk;
  const BatchId batch = chunk.state == ChunkState::kQuarantined ? facts.open->id : chunk.batch;
  if (next.repeater != chunk.repeater || next.batch != batch || next.range != chunk.range) {
    return "its next attempt is another repeater's, or of another batch or range";
  }
  if (next.definition != chunk.definition) {
    return "its next attempt has rows of another shape";
  }
  if (next.attempt != chunk.attempt + 1) {
    return fmt::format("it is attempt {}, the next one is {}", chunk.attempt, next.attempt);
  }
  return next.key == chunk.key ? Objection("its next attempt has the same name") : std::nullopt;
}

Objection object_to(const ReplaceChunk& replace, const ReplaceFacts& facts) {
  if (auto objection = object_to_chunk(replace, facts)) {
    return objection;
  }
  if (auto objection = object_to_dropped(replace, facts)) {
    return objection;
  }
  if (auto objection = object_to_rows(replace, *facts.chunk)) {
    return objection;
  }
  return replace.next ? object_to_next(*replace.next, facts) : std::nullopt;
}

}  // namespace

Result<ReplaceOutcome> replaced(const ReplaceChunk& replace, const ReplaceFacts& facts) {
  if (!facts.chunk) {
    return conflict("replace", fmt::format("chunk {}", replace.chunk), "there is no such chunk");
  }
  if (auto objection = object_to(replace, facts)) {
    return conflict("replace", describe(*facts.chunk), *std::move(objection));
  }
  ReplaceOutcome outcome{*facts.chunk, std::nullopt};
  outcome.replaced.state = ChunkState::kReplaced;
  if (replace.next) {
    outcome.next = as_new(*replace.next);
    outcome.next->replaces = facts.chunk->key;
  }
  return outcome;
}

}  // namespace firn
