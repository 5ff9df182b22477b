#include "pack/open_chunk.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/batch.h"
#include "model/chunk.h"
#include "model/position.h"
#include "model/quarantine.h"
#include "model/transition.h"
#include "pack/chunk_folder.h"
#include "pack/chunk_writer.h"
#include "platform/file_system.h"

namespace firn {

void OpenChunk::restart(Position cursor) {
  if (writer_) {
    writer_.reset();
    // If it stays, it is overwritten by the next one.
    (void)files_.remove(folder_.open_path());
  }
  cursor_ = cursor;
  next_ = cursor;
  range_.reset();
  oldest_.reset();
  counts_ = {};
  versions_ = {};
  older_ = {};
  newest_ = {};
  quarantined_ = {};
  requests_ = {};
  replaced_ = {};
  domains_ = {};
}

bool OpenChunk::accepts(Position position) const {
  return !range_ || range_->first.generation() == position.generation();
}

std::vector<VersionEntry> OpenChunk::versions(const DocumentKey& document) const {
  std::vector<VersionEntry> entries;
  const auto found = newest_.find(document);
  for (std::uint32_t i = found == newest_.end() ? 0 : found->second; i != 0; i = older_[i - 1]) {
    entries.push_back(versions_[i - 1]);
  }
  std::reverse(entries.begin(), entries.end());
  return entries;
}

void OpenChunk::extend(Position first, Position last, Timestamp received_at) {
  range_ = PositionRange{range_ ? range_->first : first, last};
  next_ = last.plus(1);
  oldest_ = oldest_ ? std::min(*oldest_, received_at) : received_at;
}

void OpenChunk::take(Position position, Timestamp received_at, std::uint64_t bytes) {
  extend(position, position, received_at);
  ++counts_.records;
  counts_.bytes_received += bytes;
}

Status OpenChunk::add_row(const OpenRow& row) {
  if (!writer_) {
    FIRN_ASSIGN(writer_, ChunkWriter::create(files_, folder_.open_path()));
  }
  FIRN_TRY(writer_->append(row.line));
  ++counts_.rows;
  versions_.push_back(row.entry);
  versions_.back().row = writer_->rows();
  std::uint32_t& newest = newest_[row.entry.document];
  older_.push_back(newest);
  newest = static_cast<std::uint32_t>(versions_.size());
  if (!domains_.contains(row.domain)) {
    domains_.emplace(row.domain);
  }
  if (row.replaces) {
    replaced_.insert(*row.replaces);
  }
  return {};
}

void OpenChunk::add_duplicate(bool conflict, std::optional<Position> replaces) {
  ++counts_.duplicates;
  counts_.conflicts += conflict ? 1U : 0U;
  if (replaces) {
    replaced_.insert(*replaces);
  }
}

void OpenChunk::add_quarantined(QuarantinedRecord record) {
  ++counts_.quarantined;
  quarantined_.push_back(std::move(record));
}

void OpenChunk::add_request(FetchRequest request, std::optional<Position> replaces) {
  ++counts_.requests;
  domains_.emplace(request.domain);
  requests_.push_back(std::move(request));
  if (replaces) {
    replaced_.insert(*replaces);
  }
}

void OpenChunk::add_lost(QuarantinedRecord range) {
  extend(range.position, range.last, range.received_at);
  const std::uint64_t count = PositionRange{range.position, range.last}.count();
  counts_.records += count;
  counts_.quarantined += count;
  quarantined_.push_back(std::move(range));
}

Result<DecideRange> OpenChunk::seal(const Batch& batch, const std::string& definition, Timestamp now) {
  DecideRange decision;
  decision.repeater = batch.repeater;
  decision.from = cursor_;
  decision.next = next_;
  if (writer_) {
    FIRN_ASSIGN(decision.chunk, finish(batch, definition, now));
  }
  decision.versions = std::move(versions_);
  decision.quarantined = std::move(quarantined_);
  decision.requests = std::move(requests_);
  decision.replaced.assign(replaced_.begin(), replaced_.end());
  decision.domains.assign(domains_.begin(), domains_.end());
  decision.counts = counts_;
  return decision;
}

Result<Chunk> OpenChunk::finish(const Batch& batch, const std::string& definition, Timestamp now) {
  FIRN_ASSIGN(const ChunkFile file, writer_->finish());
  Chunk chunk;
  chunk.repeater = batch.repeater;
  chunk.batch = batch.id;
  chunk.range = *range_;
  chunk.definition = definition;
  chunk.rows = file.rows;
  chunk.bytes_uncompressed = file.bytes_uncompressed;
  chunk.bytes_compressed = file.bytes_compressed;
  chunk.bytes_longest_row = file.bytes_longest_row;
  chunk.content_digest = file.content_digest;
  chunk.file_digest = file.file_digest;
  chunk.oldest_received_at = *oldest_;
  chunk.packed_at = now;
  chunk.key = chunk_key(chunk, batch.directory());
  FIRN_TRY(folder_.offer(chunk.key));
  writer_.reset();
  return chunk;
}

}  // namespace firn
