#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "model/transition.h"

namespace firn {

/// What a catalog's tests are about, when it does not matter: one repeater, generation 1, partition 0.
inline RepeaterName forms() { return RepeaterName("forms"); }

inline Position at(std::uint64_t offset) { return Position::make(1, 0, offset); }

/// A moment on a day in 2026, in seconds after its beginning.
inline Timestamp moment(std::int64_t seconds) { return timestamp_from_micros((1'772'409'600 + seconds) * 1'000'000); }

inline VersionEntry entry_at(Position position, const std::string& id) {
  VersionEntry entry;
  entry.document = document_key("demo", id);
  entry.position = position;
  entry.version = moment(static_cast<std::int64_t>(position.offset()));
  entry.digest = digest128(id + position.str());
  entry.row = 1;
  entry.received_at = moment(static_cast<std::int64_t>(position.offset()));
  return entry;
}

inline Chunk chunk_over(Position from, Position next, BatchId batch) {
  Chunk chunk;
  chunk.repeater = forms();
  chunk.batch = batch;
  chunk.range = {from, Position(next.value() - 1)};
  chunk.definition = "0123456789abcdef";
  chunk.rows = chunk.range.count();
  chunk.bytes_uncompressed = chunk.rows * 100;
  chunk.bytes_compressed = chunk.rows * 10;
  chunk.bytes_longest_row = 100;
  chunk.content_digest = sha256("content" + from.str());
  chunk.file_digest = sha256("file" + from.str());
  chunk.key = chunk_key(chunk, "2026-03/000001");
  chunk.oldest_received_at = moment(static_cast<std::int64_t>(from.offset()));
  chunk.packed_at = moment(1000);
  return chunk;
}

/// A decision over [from, next) in which every record is a row of a document of its own, named by its position.
inline DecideRange decision_over(Position from, Position next, BatchId batch) {
  DecideRange decision;
  decision.repeater = forms();
  decision.from = from;
  decision.next = next;
  decision.chunk = chunk_over(from, next, batch);
  for (Position p = from; p < next; p = p.plus(1)) {
    decision.versions.push_back(entry_at(p, p.str()));
    decision.versions.back().row = decision.versions.size();
  }
  decision.domains = {"demo"};
  decision.counts.records = decision.counts.rows = decision.versions.size();
  return decision;
}

/// A decision over [from, next) without a row.
inline DecideRange empty_decision(Position from, Position next) {
  DecideRange decision;
  decision.repeater = forms();
  decision.from = from;
  decision.next = next;
  decision.counts.records = decision.counts.duplicates = next.value() - from.value();
  return decision;
}

inline QuarantinedRecord quarantined_at(Position position) {
  QuarantinedRecord record;
  record.repeater = forms();
  record.position = position;
  record.last = position;
  record.reason = QuarantineReason::kMissingId;
  record.detail = "line 1, column 2";
  record.domain = "demo";
  record.bytes = 20;
  record.received_at = moment(1);
  record.quarantined_at = moment(2);
  return record;
}

inline DroppedRow dropped_at(Position position, const std::string& id) {
  DroppedRow row{document_key("demo", id), quarantined_at(position)};
  row.record.reason = QuarantineReason::kRefused;
  return row;
}

/// The next attempt of the chunk without the rows of these records, each of a document named by its position.
inline ReplaceChunk replacement_of(const Chunk& chunk, const std::vector<Position>& without) {
  ReplaceChunk replace{chunk.id, moment(40), std::nullopt, {}, 0};
  for (const Position position : without) {
    replace.dropped.push_back(dropped_at(position, position.str()));
  }
  if (chunk.rows > without.size()) {
    replace.next = chunk;
    replace.next->rows -= without.size();
    replace.next->attempt += 1;
    replace.next->content_digest = sha256("content of attempt " + std::to_string(replace.next->attempt));
    replace.next->key = chunk_key(*replace.next, "2026-03/000001");
    replace.next->packed_at = replace.at;
  }
  return replace;
}

inline FetchRequest request_at(Position position, const std::string& id) {
  FetchRequest request;
  request.repeater = forms();
  request.kind = Kind::kFormStub;
  request.domain = "demo";
  request.document_id = id;
  request.position = position;
  request.received_on = moment(3);
  request.requested_at = moment(4);
  return request;
}

/// A decision over [from, next) in which every record asks for the form of that id.
inline DecideRange requests_over(Position from, Position next, const std::string& id) {
  DecideRange decision = empty_decision(from, next);
  for (Position p = from; p < next; p = p.plus(1)) {
    decision.requests.push_back(request_at(p, id));
  }
  decision.counts.requests = std::exchange(decision.counts.duplicates, 0);
  return decision;
}

inline FileReport loaded_report(const Chunk& chunk) { return {chunk.key, FileStatus::kLoaded, chunk.rows, ""}; }
inline FileReport failed_report(const Chunk& chunk) { return {chunk.key, FileStatus::kFailed, 0, "refused", 4}; }

}  // namespace firn
