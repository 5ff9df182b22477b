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
#include "model/open_batch.h"
#include "model/quarantine.h"
#include "model/record.h"
#include "model/transition.h"
#include "pack/chunk_reader.h"
#include "pack/chunk_writer.h"
#include "pack/csv.h"
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

std::optional<Position> parse_position(std::string_view text) {
  std::uint64_t value = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto parsed = std::from_chars(begin, end, value);
  return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional(Position(value)) : std::nullopt;
}

/// What the last field of a row says.
std::optional<Position> position_of(std::string_view row) {
  const auto comma = row.rfind(kCsvSeparator);
  return comma == std::string_view::npos ? std::nullopt : parse_position(row.substr(comma + 1, row.size() - comma - 2));
}

/// True when trying again changes nothing.
bool is_final(const Error& error) { return error.kind == ErrorKind::kDamaged || error.kind == ErrorKind::kNotFound; }

std::string detail_of(const Chunk& chunk) {
  const FileReport& report = *chunk.report;
  const std::string place = fmt::format("line {} of {}", report.error_line, file_name(chunk.key));
  return report.message.empty() ? place : place + ": " + report.message;
}

}  // namespace

MendStep::MendStep(Parts parts, Options options)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      maker_({parts_.catalog, parts_.stage, parts_.files, parts_.clock},
             {options_.repeater, options_.data_directory, options_.pack_floor_bytes}),
      requests_(parts_.clock) {}

StepOutcome MendStep::run() {
  auto outcome = run_once();
  return outcome ? std::move(*outcome) : StepOutcome::failed(std::move(outcome).error());
}

Result<StepOutcome> MendStep::run_once() {
  FIRN_ASSIGN(const auto refused, next_refused());
  FIRN_ASSIGN(const auto asked, next_asked());
  FIRN_TRY(maker_.settle(refused || asked));
  if (!refused && !asked) {
    return StepOutcome::idle();
  }
  auto outcome = refused ? leave_out(*refused) : send_missing(*asked);
  maker_.clean();
  crash_point("mend.before_commit");
  return outcome;
}

Result<std::optional<Chunk>> MendStep::next_refused() {
  FIRN_ASSIGN(const auto chunks,
              parts_.catalog.chunks(
                  {.repeater = options_.repeater, .states = {ChunkState::kSubmitted}, .limit = kAllOfABatch}));
  const auto found = std::ranges::find_if(chunks, is_to_be_mended);
  return found == chunks.end() ? std::nullopt : std::optional(*found);
}

Result<StepOutcome> MendStep::leave_out(const Chunk& chunk) {
  auto left_out = replacement_of(chunk);
  if (!left_out && is_final(left_out.error())) {
    const std::string reason =
        fmt::format("a row of it was refused, and cannot be left out: {}", left_out.error().message());
    return StepOutcome::done(
        {MoveChunk{chunk.id, ChunkState::kSubmitted, ChunkState::kQuarantined, parts_.clock.now(), reason}});
  }
  FIRN_TRY(left_out);
  return StepOutcome::done({std::move(*left_out)});
}

Result<ReplaceChunk> MendStep::replacement_of(const Chunk& chunk) {
  FIRN_TRY(check_shape(chunk));
  std::optional<RefusedRow> row;
  FIRN_ASSIGN(const ChunkFile file, maker_.copy(chunk, [&](const ChunkReader& reader) -> Result<bool> {
    if (row || !reader.has_line(chunk.report->error_line)) {
      return false;
    }
    FIRN_ASSIGN(row, read_row(chunk, reader.row()));
    return true;
  }));
  if (!row) {
    return fail(cannot(chunk, fmt::format("the destination refuses line {}, and it has fewer: {}",
                                          chunk.report->error_line, chunk.report->message)));
  }
  FIRN_TRY(check_row(chunk, *row));
  FIRN_ASSIGN(const Record record, read_record(chunk, row->position));
  FIRN_TRY(keep_record(row->position, record));
  FIRN_ASSIGN(const Batch batch, batch_of(chunk));
  ReplaceChunk replace{chunk.id, parts_.clock.now(), std::nullopt, {}, 0};
  FIRN_ASSIGN(replace.next, maker_.offer(chunk, file, batch));
  DroppedRow dropped{document_key(row->domain, row->document_id), {}};
  dropped.record.repeater = options_.repeater;
  dropped.record.position = row->position;
  dropped.record.last = row->position;
  dropped.record.reason = QuarantineReason::kRefused;
  dropped.record.detail = detail_of(chunk);
  dropped.record.domain = row->domain;
  dropped.record.document_id = row->document_id;
  dropped.record.bytes = record.body.size();
  dropped.record.received_at = record.envelope.received_at;
  dropped.record.quarantined_at = replace.at;
  replace.dropped.push_back(std::move(dropped));
  return replace;
}

Status MendStep::check_shape(const Chunk& chunk) const {
  return chunk.definition == options_.table.digest()
             ? Status()
             : fail(cannot(chunk, "its rows have another shape than the table has now"));
}

Result<MendStep::RefusedRow> MendStep::read_row(const Chunk& chunk, std::string_view line) const {
  const auto names = columns_of(options_.table);
  const auto fields = parse_row(line);
  const auto position = fields ? parse_position(fields->back().value_or("")) : std::nullopt;
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

Result<std::optional<Chunk>> MendStep::next_asked() {
  while (const auto id = requests_.next()) {
    FIRN_ASSIGN(const auto found, parts_.catalog.chunks({.repeater = options_.repeater, .limit = 1, .after = *id - 1}));
    if (found.empty() || found.front().id != *id) {
      requests_.answer(*id, fail(Error{ErrorKind::kNotFound, "retry chunk", std::to_string(*id),
                                       "the repeater has no such chunk", "see `firn quarantine list`"}));
    } else if (found.front().state != ChunkState::kQuarantined) {
      requests_.answer(*id, {});
    } else {
      return found.front();
    }
  }
  return std::nullopt;
}

Result<StepOutcome> MendStep::send_missing(const Chunk& chunk) {
  auto transition = without_arrived(chunk);
  if (transition) {
    return StepOutcome::done({std::move(*transition)});  // answered when it is committed
  }
  if (transition.error().is_passing()) {
    return fail(std::move(transition));
  }
  requests_.answer(chunk.id, fail(transition.error()));
  return StepOutcome::done();
}

Result<std::vector<Position>> MendStep::arrived(const Chunk& chunk) {
  auto positions = parts_.loader.arrived(options_.table, chunk.key);
  if (!positions) {
    return positions.error().kind == ErrorKind::kNotFound ? std::vector<Position>() : std::move(positions);
  }
  const auto twice = std::ranges::adjacent_find(*positions);
  if (twice == positions->end()) {
    return positions;
  }
  return fail(Error{ErrorKind::kConflict, "retry chunk", chunk.key.str(),
                    fmt::format("the table has rows of it twice, the first with _position {}", twice->str()),
                    "remove the second ones from the table, then try it again"});
}

Result<Transition> MendStep::without_arrived(const Chunk& chunk) {
  FIRN_TRY(check_shape(chunk));
  FIRN_ASSIGN(const Batch batch, batch_of(chunk));
  if (batch.state == BatchState::kSubmitted) {
    return fail(Error{ErrorKind::kConflict, "retry chunk", chunk.key.str(), "the request that names it is still open",
                      "wait until its batch is loaded, see `firn status`"});
  }
  FIRN_ASSIGN(const auto there, arrived(chunk));
  const Timestamp now = parts_.clock.now();
  // Of one that nothing is reported of the destination may have forgotten the name: its rows go under another.
  const bool refused = chunk.report && chunk.report->status == FileStatus::kFailed && chunk.report->rows_loaded == 0;
  if (there.empty() && refused) {
    return ReturnChunk{chunk.id, now};
  }
  FIRN_ASSIGN(const auto open, find_open_batch(parts_.catalog, options_.repeater));
  ReplaceChunk replace{chunk.id, now, std::nullopt, {}, there.size()};
  std::size_t seen = 0;
  FIRN_ASSIGN(const ChunkFile file, maker_.copy(chunk, [&](const ChunkReader& reader) -> Result<bool> {
    const auto position = position_of(reader.row());
    if (!position) {
      return fail(cannot(chunk, "a row of it has no position"));
    }
    const bool is_there = std::ranges::binary_search(there, *position);
    seen += is_there ? 1U : 0U;
    return is_there;
  }));
  if (seen != there.size()) {
    return fail(Error{ErrorKind::kConflict, "retry chunk", chunk.key.str(),
                      fmt::format("the table has {} rows that claim to be of it and are not", there.size() - seen),
                      "look at the rows with its name in _file"});
  }
  FIRN_ASSIGN(replace.next, maker_.offer(chunk, file, open.value_or(batch)));
  return replace;
}

Result<Batch> MendStep::batch_of(const Chunk& chunk) {
  FIRN_ASSIGN(auto batches,
              parts_.catalog.batches({.repeater = options_.repeater, .limit = 1, .after = chunk.batch - 1}));
  if (batches.empty() || batches.front().id != chunk.batch) {
    return fail(Error{ErrorKind::kInternal, "mend", chunk.key.str(), "its batch is not in the catalog", {}});
  }
  return std::move(batches.front());
}

}  // namespace firn
