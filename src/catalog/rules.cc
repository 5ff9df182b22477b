#include "catalog/rules.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/objection.h"

namespace firn {
namespace {

bool is_valid(Position position) { return position.value() < (1ULL << 63U); }

}  // namespace

Result<Batch> first_batch(const OpenFirstBatch& open, bool has_batch) {
  if (has_batch) {
    return conflict("open first batch", open.repeater.str(), "it has a batch already");
  }
  Batch batch;
  batch.repeater = open.repeater;
  batch.number = 1;
  batch.period = open.period;
  batch.opened_at = open.at;
  return batch;
}

Result<CutOutcome> cut_batch(const CutBatch& cut, const CutFacts& facts) {
  const std::string operation = "cut batch";
  if (!facts.batch || facts.batch->repeater != cut.repeater) {
    return conflict(operation, fmt::format("batch id {}", cut.batch), "the repeater has no such batch");
  }
  const Batch& batch = *facts.batch;
  if (batch.state != BatchState::kOpen) {
    return conflict(operation, describe(batch), fmt::format("it is {}, not open", to_string(batch.state)));
  }
  if (!is_valid(cut.cut)) {
    return conflict(operation, describe(batch), "the cut is not a position");
  }
  if (facts.previous_cut && cut.cut < *facts.previous_cut) {
    return conflict(
        operation, describe(batch),
        fmt::format("the cut {} lies before {}, where the batch begins", cut.cut.str(), facts.previous_cut->str()));
  }
  if (facts.last_packed && cut.cut <= *facts.last_packed) {
    return conflict(
        operation, describe(batch),
        fmt::format("the cut {} lies before {}, which is in the batch", cut.cut.str(), facts.last_packed->str()));
  }
  CutOutcome outcome{batch, {}};
  outcome.closing.state = BatchState::kClosing;
  outcome.closing.cut = cut.cut;
  outcome.closing.cause = cut.cause;
  outcome.closing.closed_at = cut.at;
  outcome.next.repeater = cut.repeater;
  outcome.next.number = batch.number + 1;
  outcome.next.period = cut.next_period;
  outcome.next.opened_at = cut.at;
  return outcome;
}

namespace {

bool inside(const DecideRange& decision, Position position) {
  return position.partition() == decision.from.partition() && decision.from <= position && position < decision.next;
}

Objection object_to_range(const DecideRange& decision, const DecideFacts& facts) {
  if (!is_valid(decision.from) || !is_valid(decision.next)) {
    return "the range is not made of positions";
  }
  if (decision.next.partition() != decision.from.partition() || decision.next <= decision.from) {
    return "the range does not go forward in one partition";
  }
  if (facts.cursor && *facts.cursor != decision.from) {
    return fmt::format("the cursor is {}", facts.cursor->str());
  }
  if (facts.target && facts.target->cut && decision.next > *facts.target->cut) {
    return fmt::format("it crosses the cut {} of batch {}", facts.target->cut->str(), facts.target->number);
  }
  return std::nullopt;
}

Objection object_to_batch(const Chunk& chunk, const std::optional<Batch>& target) {
  if (!target) {
    return "the repeater has no batch";
  }
  if (chunk.batch != target->id) {
    return fmt::format("it belongs to batch {} (id {}), not to the one with id {}", target->number, target->id,
                       chunk.batch);
  }
  if (target->state != BatchState::kOpen && target->state != BatchState::kClosing) {
    return fmt::format("batch {} is {}", target->number, to_string(target->state));
  }
  return std::nullopt;
}

Objection object_to_chunk(const DecideRange& decision, const Chunk& chunk) {
  const auto [first, last] = chunk.range;
  if (chunk.repeater != decision.repeater) {
    return "the chunk is another repeater's";
  }
  if (first > last || first.generation() != last.generation() || !inside(decision, first) || !inside(decision, last)) {
    return "the chunk's range lies outside";
  }
  if (chunk.rows == 0 || chunk.rows != decision.versions.size()) {
    return fmt::format("the chunk has {} rows and {} versions", chunk.rows, decision.versions.size());
  }
  std::vector<Position> positions;
  positions.reserve(decision.versions.size());
  for (const VersionEntry& entry : decision.versions) {
    if (entry.position < first || entry.position > last) {
      return "a version lies outside the chunk's range";
    }
    positions.push_back(entry.position);
  }
  return has_twice(std::move(positions)) ? Objection("two versions have one position") : std::nullopt;
}

Objection object_to_quarantined(const DecideRange& decision) {
  std::vector<Position> positions;
  for (const QuarantinedRecord& record : decision.quarantined) {
    if (record.repeater != decision.repeater) {
      return "a quarantined record is another repeater's";
    }
    if (record.last < record.position || !inside(decision, record.position) || !inside(decision, record.last)) {
      return "a quarantined record lies outside";
    }
    positions.push_back(record.position);
  }
  return has_twice(std::move(positions)) ? Objection("two quarantined records have one position") : std::nullopt;
}

Objection object_to_requests(const DecideRange& decision) {
  std::vector<Position> positions;
  for (const FetchRequest& request : decision.requests) {
    if (request.repeater != decision.repeater) {
      return "a request is another repeater's";
    }
    if (!inside(decision, request.position)) {
      return "a request lies outside";
    }
    positions.push_back(request.position);
  }
  return has_twice(std::move(positions)) ? Objection("two requests have one position") : std::nullopt;
}

Objection object_to(const DecideRange& decision, const DecideFacts& facts) {
  if (auto objection = object_to_range(decision, facts)) {
    return objection;
  }
  if (decision.chunk) {
    if (auto objection = object_to_batch(*decision.chunk, facts.target)) {
      return objection;
    }
    if (auto objection = object_to_chunk(decision, *decision.chunk)) {
      return objection;
    }
  } else if (!decision.versions.empty()) {
    return "it has versions but no chunk";
  }
  if (auto objection = object_to_quarantined(decision)) {
    return objection;
  }
  if (auto objection = object_to_requests(decision)) {
    return objection;
  }
  if (has_twice(decision.replaced)) {
    return "a position is replaced twice";
  }
  if (facts.already_replaced) {
    return fmt::format("the position {} has been replaced before", facts.already_replaced->str());
  }
  return std::nullopt;
}

}  // namespace

Status check_decision(const DecideRange& decision, const DecideFacts& facts) {
  if (auto objection = object_to(decision, facts)) {
    return conflict(
        "decide",
        fmt::format("range {} to {} of {}", decision.from.str(), decision.next.str(), decision.repeater.str()),
        *std::move(objection));
  }
  return {};
}

PackCounts settled_counts(const DecideRange& decision, std::uint64_t known) {
  PackCounts counts = decision.counts;
  counts.requests -= known;
  counts.duplicates += known;
  return counts;
}

Chunk as_new(const Chunk& decided) {
  Chunk chunk = decided;
  chunk.id = 0;
  chunk.replaces = {};
  chunk.state = ChunkState::kPacked;
  chunk.report.reset();
  chunk.reason.clear();
  chunk.staged_at.reset();
  chunk.submitted_at.reset();
  chunk.loaded_at.reset();
  chunk.purged_at.reset();
  return chunk;
}

namespace {

void stamp(Chunk& chunk, const MoveChunk& move) {
  switch (move.to) {
    case ChunkState::kPacked:
    case ChunkState::kReplaced:
      break;
    case ChunkState::kStaged:
      if (move.from == ChunkState::kSubmitted) {
        // Ages count from the staging and from the first submission, so those times stay; the report is forgotten.
        chunk.report.reset();
      } else {
        chunk.staged_at = move.at;
      }
      break;
    case ChunkState::kSubmitted:
      chunk.submitted_at = chunk.submitted_at.value_or(move.at);
      break;
    case ChunkState::kLoaded:
      chunk.loaded_at = move.at;
      break;
    case ChunkState::kPurged:
      chunk.purged_at = move.at;
      break;
    case ChunkState::kQuarantined:
      chunk.reason = move.reason;
      break;
  }
}

bool is_proven(const Chunk& chunk) {
  return chunk.report && chunk.report->status == FileStatus::kLoaded && chunk.report->rows_loaded == chunk.rows;
}

}  // namespace

Result<Chunk> moved(const MoveChunk& move, const std::optional<Chunk>& chunk) {
  const std::string operation = fmt::format("move to {}", to_string(move.to));
  if (!chunk) {
    return conflict(operation, fmt::format("chunk {}", move.chunk), "there is no such chunk");
  }
  if (chunk->state != move.from) {
    return conflict(operation, describe(*chunk),
                    fmt::format("it is {}, not {}", to_string(chunk->state), to_string(move.from)));
  }
  if (!can_move(move.from, move.to)) {
    return conflict(operation, describe(*chunk), fmt::format("no way leads there from {}", to_string(move.from)));
  }
  if (move.from == ChunkState::kQuarantined && move.to != ChunkState::kReplaced) {
    return conflict(operation, describe(*chunk), "a quarantined chunk has to be returned to the open batch");
  }
  if (move.to == ChunkState::kLoaded && !is_proven(*chunk)) {
    return conflict(operation, describe(*chunk),
                    fmt::format("no report says that its {} rows were loaded", chunk->rows));
  }
  Chunk result = *chunk;
  result.state = move.to;
  stamp(result, move);
  return result;
}

Result<Chunk> reported(const ReportChunk& report, const std::optional<Chunk>& chunk) {
  if (!chunk) {
    return conflict("report", fmt::format("chunk {}", report.chunk), "there is no such chunk");
  }
  if (chunk->state != ChunkState::kSubmitted) {
    return conflict("report", describe(*chunk), fmt::format("it is {}, not submitted", to_string(chunk->state)));
  }
  if (report.report.key != chunk->key) {
    return conflict("report", describe(*chunk), fmt::format("the report is about {}", report.report.key.str()));
  }
  Chunk result = *chunk;
  result.report = report.report;
  return result;
}

namespace {

Objection object_to_return(const ReturnFacts& facts) {
  const Chunk& chunk = *facts.chunk;
  if (chunk.state != ChunkState::kQuarantined) {
    return fmt::format("it is {}, not quarantined", to_string(chunk.state));
  }
  if (chunk.report && (chunk.report->status != FileStatus::kFailed || chunk.report->rows_loaded != 0)) {
    return fmt::format("its report says {} with {} rows", to_string(chunk.report->status), chunk.report->rows_loaded);
  }
  if (chunk.submitted_at && !chunk.report) {
    return "it was submitted, and nothing is known of its rows";
  }
  if (facts.batch && facts.batch->state == BatchState::kSubmitted) {
    return fmt::format("the request of its batch {} is still open", facts.batch->number);
  }
  return facts.open ? std::nullopt : Objection("the repeater has no open batch");
}

}  // namespace

Result<Chunk> returned(const ReturnChunk& back, const ReturnFacts& facts) {
  if (!facts.chunk) {
    return conflict("return", fmt::format("chunk {}", back.chunk), "there is no such chunk");
  }
  if (auto objection = object_to_return(facts)) {
    return conflict("return", describe(*facts.chunk), *std::move(objection));
  }
  Chunk result = *facts.chunk;
  result.state = result.staged_at ? ChunkState::kStaged : ChunkState::kPacked;
  result.batch = facts.open->id;
  result.report.reset();
  result.reason.clear();
  result.submitted_at.reset();
  return result;
}

namespace {

/// Nothing before the cut is still to be decided. A partition without a cursor has decided nothing of the generation.
bool is_decided(const BatchFacts& facts) {
  const Position cut = *facts.batch->cut;
  const Position start = Position::make(cut.generation(), cut.partition(), 0);
  return facts.cursor.value_or(start) >= cut;
}

Objection object_to_submission(const MoveBatch& move, const BatchFacts& facts) {
  if (!is_decided(facts)) {
    return "not everything before its cut is decided";
  }
  if (facts.in(ChunkState::kPacked) > 0) {
    return fmt::format("{} of its chunks are not staged", facts.in(ChunkState::kPacked));
  }
  return move.request_id.empty() ? Objection("the request has no id") : std::nullopt;
}

Objection object_to_purge(const BatchFacts& facts) {
  const bool closing = facts.batch->state == BatchState::kClosing;
  if (closing && !is_decided(facts)) {
    return "not everything before its cut is decided";
  }
  std::uint64_t held = facts.in(ChunkState::kPacked) + facts.in(ChunkState::kStaged) +
                       facts.in(ChunkState::kSubmitted) + facts.in(ChunkState::kLoaded);
  held += closing ? facts.in(ChunkState::kQuarantined) : 0;
  return held > 0 ? Objection(fmt::format("{} of its chunks are still there", held)) : std::nullopt;
}

Objection object_to(const MoveBatch& move, const BatchFacts& facts) {
  const Batch& batch = *facts.batch;
  if (batch.state != move.from) {
    return fmt::format("it is {}, not {}", to_string(batch.state), to_string(move.from));
  }
  if (!can_move(move.from, move.to)) {
    return fmt::format("no way leads there from {}", to_string(move.from));
  }
  if (move.from == BatchState::kOpen) {
    return "only a cut closes a batch";
  }
  if (move.to == BatchState::kSubmitted) {
    return object_to_submission(move, facts);
  }
  if (move.to == BatchState::kPurged) {
    return object_to_purge(facts);
  }
  const auto active = facts.in(ChunkState::kPacked) + facts.in(ChunkState::kStaged) + facts.in(ChunkState::kSubmitted);
  if (move.to == BatchState::kLoaded && active > 0) {
    return fmt::format("{} of its chunks have no outcome", active);
  }
  return std::nullopt;
}

}  // namespace

Result<Batch> moved(const MoveBatch& move, const BatchFacts& facts) {
  const std::string operation = fmt::format("move to {}", to_string(move.to));
  if (!facts.batch) {
    return conflict(operation, fmt::format("batch id {}", move.batch), "there is no such batch");
  }
  if (auto objection = object_to(move, facts)) {
    return conflict(operation, describe(*facts.batch), *std::move(objection));
  }
  Batch result = *facts.batch;
  result.state = move.to;
  if (move.to == BatchState::kSubmitted) {
    result.request_id = move.request_id;
    result.submitted_at = move.at;
  } else if (move.to == BatchState::kLoaded) {
    result.loaded_at = move.at;
  } else if (move.to == BatchState::kClosing) {
    result.request_id.clear();
    result.handle.clear();
    result.submitted_at.reset();
  }
  return result;
}

Result<Batch> with_handle(const SetHandle& set, const std::optional<Batch>& batch) {
  if (!batch) {
    return conflict("set handle", fmt::format("batch id {}", set.batch), "there is no such batch");
  }
  if (batch->state != BatchState::kSubmitted) {
    return conflict("set handle", describe(*batch), fmt::format("it is {}, not submitted", to_string(batch->state)));
  }
  Batch result = *batch;
  result.handle = set.handle;
  return result;
}

Result<QuarantinedRecord> settled(const SettleQuarantined& settle, const std::optional<QuarantinedRecord>& record) {
  const std::string operation = fmt::format("settle as {}", to_string(settle.to));
  const std::string object = fmt::format("record {} of {}", settle.position.str(), settle.repeater.str());
  if (!record) {
    return conflict(operation, object, "it is not in quarantine");
  }
  if (record->state != QuarantineState::kOpen) {
    return conflict(operation, object, fmt::format("it is {} already", to_string(record->state)));
  }
  if (settle.to == QuarantineState::kOpen) {
    return conflict(operation, object, "it is open");
  }
  if ((settle.to == QuarantineState::kRetried) != settle.replaced_by.has_value()) {
    return conflict(operation, object, "a record is replaced when it was retried, and only then");
  }
  QuarantinedRecord result = *record;
  result.state = settle.to;
  result.replaced_by = settle.replaced_by;
  return result;
}

}  // namespace firn
