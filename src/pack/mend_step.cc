#include "pack/mend_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crash_point.h"
#include "base/result.h"
#include "model/batch.h"
#include "model/quarantine.h"
#include "model/record.h"
#include "model/transition.h"
#include "pack/chunk_reader.h"
#include "pack/quarantine_file.h"

namespace firn {
namespace {

// More chunks than a batch can have: one batch is submitted at a time.
constexpr std::size_t kAllOfABatch = 1'000'000;

Error cannot(const Chunk& chunk, std::string reason) {
  return {ErrorKind::kDamaged, "mend", chunk.key.str(), std::move(reason), {}};
}

/// The columns that chunk files hold.
std::vector<std::string> columns_of(const TableDefinition& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) {
    if (TableDefinition::in_file(column.type)) {
      names.push_back(column.name);
    }
  }
  return names;
}

std::optional<Position> parse_position(const RowField& field) {
  const std::string text = field.value_or("");
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional(Position(value)) : std::nullopt;
}

std::string detail_of(const Chunk& chunk) {
  const FileReport& report = *chunk.report;
  const std::string place = fmt::format("line {} of {}", report.error_line, file_name(chunk.key));
  return report.message.empty() ? place : place + ": " + report.message;
}

}  // namespace

MendStep::MendStep(Parts parts, Options options)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      folder_(parts_.files, options_.data_directory, options_.repeater) {}

StepOutcome MendStep::run() {
  auto outcome = run_once();
  return outcome ? std::move(*outcome) : StepOutcome::failed(std::move(outcome).error());
}

Result<StepOutcome> MendStep::run_once() {
  FIRN_ASSIGN(const auto chunk, next_chunk());
  if (!settled_) {
    FIRN_TRY(folder_.create());
    folder_.clean();
    FIRN_TRY(folder_.settle(parts_.catalog, chunk.has_value()));
    settled_ = !chunk;
  }
  if (!chunk) {
    return StepOutcome::idle();
  }
  settled_ = false;
  auto mended = mend(*chunk);
  folder_.clean();
  if (!mended && (mended.error().kind == ErrorKind::kDamaged || mended.error().kind == ErrorKind::kNotFound)) {
    return give_up(*chunk, mended.error());
  }
  return mended;
}

Result<std::optional<Chunk>> MendStep::next_chunk() {
  FIRN_ASSIGN(const auto chunks,
              parts_.catalog.chunks(
                  {.repeater = options_.repeater, .states = {ChunkState::kSubmitted}, .limit = kAllOfABatch}));
  const auto found = std::ranges::find_if(chunks, is_to_be_mended);
  return found == chunks.end() ? std::nullopt : std::optional(*found);
}

Result<StepOutcome> MendStep::mend(const Chunk& chunk) {
  if (chunk.definition != options_.table.digest()) {
    return fail(cannot(chunk, "its rows have another shape than the table has now"));
  }
  FIRN_TRY(check_floor());
  FIRN_ASSIGN(const Copy copy, copy_without_row(chunk));
  FIRN_TRY(check_row(chunk, *copy.row));
  FIRN_ASSIGN(const Record record, read_record(chunk, copy.row->position));
  FIRN_TRY(keep_record(copy.row->position, record));

  ReplaceChunk replace{chunk.id, parts_.clock.now(), std::nullopt, {}};
  FIRN_ASSIGN(replace.next, next_attempt(chunk, copy.file));
  DroppedRow dropped{document_key(copy.row->domain, copy.row->document_id), {}};
  dropped.record.repeater = options_.repeater;
  dropped.record.position = copy.row->position;
  dropped.record.last = copy.row->position;
  dropped.record.reason = QuarantineReason::kRefused;
  dropped.record.detail = detail_of(chunk);
  dropped.record.domain = copy.row->domain;
  dropped.record.document_id = copy.row->document_id;
  dropped.record.bytes = record.body.size();
  dropped.record.received_at = record.envelope.received_at;
  dropped.record.quarantined_at = replace.at;
  replace.dropped.push_back(std::move(dropped));
  crash_point("mend.before_commit");
  return StepOutcome::done({std::move(replace)});
}

Status MendStep::check_floor() {
  FIRN_ASSIGN(const std::uint64_t room, parts_.files.free_bytes(options_.data_directory));
  if (room >= options_.pack_floor_bytes) {
    return {};
  }
  return fail(Error{ErrorKind::kNoSpace, "mend", options_.repeater.str(),
                    "the disk has less free space than the floor for packing",
                    "free some space; the file is mended then by itself"});
}

/// Copies what is on the stage to `mend.open`, as long as the line is in it.
Result<MendStep::Copy> MendStep::copy_without_row(const Chunk& chunk) {
  FIRN_TRY(parts_.stage.fetch(chunk.key, folder_.object_path()));
  FIRN_ASSIGN(auto reader, ChunkReader::open(parts_.files, folder_.object_path(), chunk.bytes_longest_row));
  FIRN_ASSIGN(auto writer, ChunkWriter::create(parts_.files, folder_.open_path()));
  Copy copy;
  std::uint64_t rows = 0;
  for (bool more = true; more;) {
    FIRN_ASSIGN(more, reader.next());
    if (!more) {
      break;
    }
    ++rows;
    if (!copy.row && reader.has_line(chunk.report->error_line)) {
      FIRN_ASSIGN(copy.row, read_row(chunk, reader.row()));
    } else {
      FIRN_TRY(writer.append(reader.row()));
    }
  }
  if (!copy.row) {
    return fail(cannot(chunk, fmt::format("the destination refuses line {}, and it has fewer: {}",
                                          chunk.report->error_line, chunk.report->message)));
  }
  if (rows != chunk.rows) {
    return fail(cannot(chunk, fmt::format("it has {} rows, its manifest {}", rows, chunk.rows)));
  }
  FIRN_ASSIGN(copy.file, writer.finish());
  return copy;
}

Result<MendStep::RefusedRow> MendStep::read_row(const Chunk& chunk, std::string_view line) const {
  const auto names = columns_of(options_.table);
  const auto fields = parse_row(line);
  const auto position = fields ? parse_position(fields->back()) : std::nullopt;
  if (!position || fields->size() != names.size() || *position < chunk.range.first || *position > chunk.range.last) {
    return fail(cannot(chunk, "a row of it is not one of its rows"));
  }
  RefusedRow row{*position, {}, {}};
  const auto value_of = [&](std::string_view column) {
    const auto index = static_cast<std::size_t>(std::ranges::find(names, column) - names.begin());
    return index < fields->size() ? (*fields)[index].value_or("") : std::string();
  };
  row.domain = value_of("domain");
  for (const std::string& column : options_.table.id_columns) {
    row.document_id += (row.document_id.empty() ? "" : "/") + value_of(column);
  }
  return row;
}

Status MendStep::check_row(const Chunk& chunk, const RefusedRow& row) {
  const std::vector keys{document_key(row.domain, row.document_id)};
  FIRN_ASSIGN(const auto known, parts_.catalog.versions(options_.repeater, keys));
  const auto& entries = known.front();
  if (std::ranges::find(entries, row.position, &VersionEntry::position) == entries.end()) {
    return fail(cannot(chunk, fmt::format("the catalog knows of no row at {}", row.position.str())));
  }
  FIRN_ASSIGN(const auto records,
              parts_.catalog.quarantined({.repeater = options_.repeater, .position = row.position, .limit = 1}));
  return records.empty()
             ? Status()
             : fail(cannot(chunk, fmt::format("the record {} is in quarantine already", row.position.str())));
}

Result<Record> MendStep::read_record(const Chunk& chunk, Position position) {
  Journal* const journal = parts_.journal();
  if (journal == nullptr) {
    return fail(Error{ErrorKind::kUnavailable, "mend", chunk.key.str(), "the repeater's journal is not open",
                      "see the alarms of `firn status`"});
  }
  FIRN_ASSIGN(auto records, journal->read(position, 1));
  if (records.empty() || records.front().position != position || records.front().lost) {
    return fail(cannot(chunk, fmt::format("the record {}, whose row the destination refuses, is not in the journal "
                                          "any more: {}",
                                          position.str(), chunk.report->message)));
  }
  return std::move(records.front().record);
}

/// Its bytes, durably. The folder is synced with each: rows are refused rarely.
Status MendStep::keep_record(Position position, const Record& record) {
  const std::string directory = quarantine_directory(options_.data_directory, options_.repeater);
  FIRN_TRY(parts_.files.create_directories(directory));
  FIRN_TRY(write_quarantined(parts_.files, directory, position, record));
  return parts_.files.sync_directory(directory);
}

/// With its file under the name that it has until the decision; nothing when there is no row left.
Result<std::optional<Chunk>> MendStep::next_attempt(const Chunk& chunk, const ChunkFile& file) {
  if (file.rows == 0) {
    return std::nullopt;
  }
  FIRN_ASSIGN(const auto batches,
              parts_.catalog.batches({.repeater = options_.repeater, .limit = 1, .after = chunk.batch - 1}));
  if (batches.empty() || batches.front().id != chunk.batch) {
    return fail(Error{ErrorKind::kInternal, "mend", chunk.key.str(), "its batch is not in the catalog", {}});
  }
  Chunk next = chunk;
  next.attempt = chunk.attempt + 1;
  next.rows = file.rows;
  next.bytes_uncompressed = file.bytes_uncompressed;
  next.bytes_compressed = file.bytes_compressed;
  next.bytes_longest_row = file.bytes_longest_row;
  next.content_digest = file.content_digest;
  next.file_digest = file.file_digest;
  next.packed_at = parts_.clock.now();
  next.key = chunk_key(next, batches.front().directory());
  FIRN_TRY(folder_.offer(next.key));
  return next;
}

StepOutcome MendStep::give_up(const Chunk& chunk, const Error& why) const {
  const std::string reason = fmt::format("a row of it was refused, and cannot be left out: {}", why.message());
  return StepOutcome::done(
      {MoveChunk{chunk.id, ChunkState::kSubmitted, ChunkState::kQuarantined, parts_.clock.now(), reason}});
}

}  // namespace firn
