#include "pack/prepared_records.h"

#include <fmt/format.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "model/quarantine.h"
#include "model/record.h"
#include "model/transition.h"
#include "pack/document_reader.h"

namespace firn {
namespace {

/// A buffer that grew beyond this for one large document is given back.
constexpr std::size_t kKeptBytes = 16U << 20U;

}  // namespace

std::span<PreparedRecord> RecordPreparer::prepare(std::span<const StoredRecord> records) {
  lines_.clear();
  if (lines_.capacity() > kKeptBytes) {
    lines_.shrink_to_fit();
  }
  prepared_.clear();
  prepared_.reserve(records.size());
  for (const StoredRecord& stored : records) {
    prepared_.emplace_back().stored = &stored;
    if (!stored.lost) {
      prepare_one(prepared_.back());
      reader_.trim();
    }
  }
  return prepared_;
}

void RecordPreparer::prepare_one(PreparedRecord& prepared) {
  const Record& record = prepared.stored->record;
  auto row = reader_.read(record);
  if (!row) {
    prepared.rejection = std::move(row.error());
    return;
  }
  prepared.domain = row->domain;
  prepared.document_id = row->id;
  prepared.received_on = row->received_on;
  prepared.claim.replaces = record.envelope.replaces.has_value();
  if (!makes_rows(reader_.kind())) {
    return;
  }
  prepared.line_begin = lines_.size();
  append_document_line(reader_.kind(), *row, prepared.stored->position, lines_);
  prepared.line_end = lines_.size();
  const std::size_t bytes = prepared.line_end - prepared.line_begin;
  if (bytes > max_row_bytes_) {
    lines_.resize(prepared.line_begin);
    prepared.rejection = Rejection{QuarantineReason::kRowTooLarge,
                                   fmt::format("$: the row has {} bytes, the limit is {}", bytes, max_row_bytes_),
                                   prepared.domain, prepared.document_id};
    return;
  }
  prepared.document = document_key(prepared.domain, prepared.document_id);
  prepared.claim.version = row->version;
  prepared.claim.digest = row->digest;
}

std::string_view RecordPreparer::line(const PreparedRecord& prepared) const {
  return std::string_view(lines_).substr(prepared.line_begin, prepared.line_end - prepared.line_begin);
}

}  // namespace firn
