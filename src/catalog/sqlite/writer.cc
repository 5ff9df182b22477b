#include "catalog/sqlite/writer.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "catalog/sqlite/rows.h"

namespace firn {

Result<std::int64_t> CatalogWriter::repeater_id(const RepeaterName& repeater) {
  FIRN_ASSIGN(const auto known, find_repeater(database_, repeater));
  if (known) {
    return *known;
  }
  FIRN_TRY(database_.query("INSERT INTO repeaters (name) VALUES (?)", repeater).run());
  const std::int64_t id = database_.last_id();
  FIRN_TRY(database_.query("INSERT INTO totals (repeater) VALUES (?)", id).run());
  return id;
}

Status CatalogWriter::bind_target(const RepeaterName& repeater, const std::string& target) {
  FIRN_ASSIGN(const auto id, repeater_id(repeater));
  return database_
      .query(
          "UPDATE repeaters SET target = ? WHERE id = ? AND (target = '' OR "
          "(SELECT rows FROM totals WHERE repeater = repeaters.id) = 0)",
          target, id)
      .run();
}

Status CatalogWriter::set_control(const Control& control) {
  FIRN_ASSIGN(const auto id, repeater_id(control.repeater));
  return database_
      .query("INSERT INTO controls (repeater, name, since) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", id, control.name,
             control.since)
      .run();
}

Status CatalogWriter::set_schedule(const RepeaterName& repeater, const std::string& schedule, Timestamp now) {
  FIRN_ASSIGN(const auto id, repeater_id(repeater));
  return database_
      .query(
          "UPDATE repeaters SET schedule = ?, schedule_since = ? WHERE id = ? AND (schedule_since IS NULL OR "
          "schedule <> ?)",
          schedule, now, id, schedule)
      .run();
}

Status CatalogWriter::apply(const OpenFirstBatch& open) {
  FIRN_ASSIGN(const auto repeater, repeater_id(open.repeater));
  auto query = database_.query("SELECT 1 FROM batches WHERE repeater = ? LIMIT 1", repeater);
  FIRN_ASSIGN(const bool has_batch, query.next());
  FIRN_ASSIGN(const Batch batch, first_batch(open, has_batch));
  return insert_batch(batch, repeater);
}

Result<CutFacts> CatalogWriter::cut_facts(const CutBatch& cut) {
  CutFacts facts;
  FIRN_ASSIGN(facts.batch, find_batch(database_, cut.batch));
  if (!facts.batch) {
    return facts;
  }
  auto previous = database_.query(
      "SELECT cut FROM batches WHERE repeater = (SELECT repeater FROM batches WHERE id = ?) AND number = ?", cut.batch,
      facts.batch->number - 1);
  FIRN_ASSIGN(const bool has_previous, previous.next());
  if (has_previous) {
    facts.previous_cut = previous.maybe_position();
  }
  auto last =
      database_.query("SELECT MAX(last) FROM chunks WHERE batch = ? AND partition = ?", cut.batch, cut.cut.partition());
  FIRN_TRY(last.next());
  facts.last_packed = last.maybe_position();
  return facts;
}

Status CatalogWriter::apply(const CutBatch& cut) {
  FIRN_ASSIGN(const CutFacts facts, cut_facts(cut));
  FIRN_ASSIGN(const CutOutcome outcome, cut_batch(cut, facts));
  FIRN_ASSIGN(const auto repeater, repeater_id(cut.repeater));
  FIRN_TRY(update_batch(outcome.closing));
  return insert_batch(outcome.next, repeater);
}

Result<DecideFacts> CatalogWriter::decide_facts(const DecideRange& decision, std::int64_t repeater) {
  DecideFacts facts;
  FIRN_ASSIGN(facts.cursor, find_cursor(database_, repeater, decision.from.partition()));
  FIRN_ASSIGN(facts.target, find_batch_at(database_, repeater, decision.from));
  for (const Position position : decision.replaced) {
    auto query = database_.query("SELECT 1 FROM replaced WHERE repeater = ? AND position = ?", repeater, position);
    FIRN_ASSIGN(const bool row, query.next());
    if (row) {
      facts.already_replaced = position;
      break;
    }
  }
  return facts;
}

Status CatalogWriter::apply(const DecideRange& decision) {
  FIRN_ASSIGN(const auto repeater, repeater_id(decision.repeater));
  FIRN_ASSIGN(const DecideFacts facts, decide_facts(decision, repeater));
  FIRN_TRY(check_decision(decision, facts));
  if (decision.chunk) {
    FIRN_TRY(insert_chunk(as_new(*decision.chunk), repeater));
    FIRN_TRY(insert_versions(decision.versions, repeater));
  }
  FIRN_TRY(insert_quarantined(decision.quarantined, repeater));
  FIRN_TRY(insert_names(decision, repeater));
  FIRN_ASSIGN(const auto known, insert_requests(decision.requests, repeater));
  FIRN_TRY(add_counts(settled_counts(decision, known), repeater));
  return database_
      .query(
          "INSERT INTO cursors (repeater, partition, position) VALUES (?, ?, ?) "
          "ON CONFLICT DO UPDATE SET position = excluded.position",
          repeater, decision.from.partition(), decision.next)
      .run();
}

Status CatalogWriter::apply(const MoveChunk& move) {
  FIRN_ASSIGN(const auto chunk, find_chunk(database_, move.chunk));
  FIRN_ASSIGN(const Chunk result, moved(move, chunk));
  return update_chunk(*chunk, result);
}

Status CatalogWriter::apply(const ReportChunk& report) {
  FIRN_ASSIGN(const auto chunk, find_chunk(database_, report.chunk));
  FIRN_ASSIGN(const Chunk result, reported(report, chunk));
  return update_chunk(*chunk, result);
}

Status CatalogWriter::apply(const ReturnChunk& back) {
  ReturnFacts facts;
  FIRN_ASSIGN(facts.chunk, find_chunk(database_, back.chunk));
  if (facts.chunk) {
    FIRN_ASSIGN(const auto repeater, repeater_id(facts.chunk->repeater));
    FIRN_ASSIGN(facts.batch, find_batch(database_, facts.chunk->batch));
    FIRN_ASSIGN(facts.open, find_open_batch(database_, repeater));
  }
  FIRN_ASSIGN(const Chunk result, returned(back, facts));
  return update_chunk(*facts.chunk, result);
}

Result<ReplaceFacts> CatalogWriter::replace_facts(const ReplaceChunk& replace) {
  ReplaceFacts facts;
  FIRN_ASSIGN(facts.chunk, find_chunk(database_, replace.chunk));
  if (!facts.chunk) {
    return facts;
  }
  FIRN_ASSIGN(const auto repeater, repeater_id(facts.chunk->repeater));
  FIRN_ASSIGN(facts.batch, find_batch(database_, facts.chunk->batch));
  FIRN_ASSIGN(facts.open, find_open_batch(database_, repeater));
  for (const DroppedRow& row : replace.dropped) {
    const Position position = row.record.position;
    auto version = database_.query("SELECT 1 FROM versions WHERE document = ? AND repeater = ? AND position = ?",
                                   row.document, repeater, position);
    FIRN_ASSIGN(const bool has_version, version.next());
    if (!has_version) {
      facts.without_version = position;
    }
    auto record = database_.query("SELECT 1 FROM quarantined WHERE repeater = ? AND position = ?", repeater, position);
    FIRN_ASSIGN(const bool is_there, record.next());
    if (is_there) {
      facts.in_quarantine = position;
    }
  }
  return facts;
}

Status CatalogWriter::apply(const ReplaceChunk& replace) {
  FIRN_ASSIGN(const ReplaceFacts facts, replace_facts(replace));
  FIRN_ASSIGN(const ReplaceOutcome outcome, replaced(replace, facts));
  FIRN_ASSIGN(const auto repeater, repeater_id(outcome.replaced.repeater));
  FIRN_TRY(update_chunk(*facts.chunk, outcome.replaced));
  if (outcome.next) {
    FIRN_TRY(insert_chunk(*outcome.next, repeater));
  }
  return drop_rows(replace.dropped, repeater);
}

Status CatalogWriter::drop_rows(std::span<const DroppedRow> rows, std::int64_t repeater) {
  std::vector<QuarantinedRecord> records;
  for (const DroppedRow& row : rows) {
    FIRN_TRY(database_
                 .query("DELETE FROM versions WHERE document = ? AND repeater = ? AND position = ?", row.document,
                        repeater, row.record.position)
                 .run());
    records.push_back(row.record);
  }
  FIRN_TRY(database_
               .query("UPDATE totals SET rows = rows - ?, quarantined = quarantined + ? WHERE repeater = ?",
                      rows.size(), rows.size(), repeater)
               .run());
  return insert_quarantined(records, repeater);
}

Result<BatchFacts> CatalogWriter::batch_facts(BatchId id) {
  BatchFacts facts;
  FIRN_ASSIGN(facts.batch, find_batch(database_, id));
  if (!facts.batch || !facts.batch->cut) {
    return facts;
  }
  FIRN_ASSIGN(const auto repeater, repeater_id(facts.batch->repeater));
  FIRN_ASSIGN(facts.cursor, find_cursor(database_, repeater, facts.batch->cut->partition()));
  auto query = database_.query("SELECT state, COUNT(*) FROM chunks WHERE batch = ? GROUP BY state", id);
  while (true) {
    FIRN_ASSIGN(const bool row, query.next());
    if (!row) {
      return facts;
    }
    // The table's CHECK lets only known states in.
    const auto state = parse_chunk_state(query.text()).value_or(ChunkState::kPacked);
    facts.chunks[static_cast<std::size_t>(state)] += query.number();
  }
}

Status CatalogWriter::apply(const MoveBatch& move) {
  FIRN_ASSIGN(const BatchFacts facts, batch_facts(move.batch));
  FIRN_ASSIGN(const Batch result, moved(move, facts));
  return update_batch(result);
}

Status CatalogWriter::apply(const SetHandle& set) {
  FIRN_ASSIGN(const auto batch, find_batch(database_, set.batch));
  FIRN_ASSIGN(const Batch result, with_handle(set, batch));
  return update_batch(result);
}

Status CatalogWriter::apply(const SettleQuarantined& settle) {
  static const std::string sql =
      "SELECT " + kQuarantineColumns + " FROM quarantined t WHERE t.repeater = ? AND t.position = ?";
  FIRN_ASSIGN(const auto repeater, repeater_id(settle.repeater));
  std::optional<QuarantinedRecord> record;
  {
    auto query = database_.query(sql, repeater, settle.position);
    FIRN_ASSIGN(const bool row, query.next());
    if (row) {
      FIRN_ASSIGN(record, read_quarantined(query, database_.path()));
    }
  }
  FIRN_ASSIGN(const QuarantinedRecord result, settled(settle, record));
  FIRN_TRY(database_
               .query("UPDATE quarantined SET state = ?, replaced_by = ? WHERE repeater = ? AND position = ?",
                      to_string(result.state), result.replaced_by, repeater, result.position)
               .run());
  return add_open_quarantine(repeater, -1, -static_cast<std::int64_t>(result.bytes));
}

Status CatalogWriter::apply(const AddUsage& add) {
  FIRN_ASSIGN(const auto repeater, repeater_id(add.repeater));
  for (const UsageAmount& used : add.amounts) {
    FIRN_TRY(database_
                 .query("INSERT INTO usage (repeater, day, item, amount) VALUES (?, ?, ?, ?) "
                        "ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
                        repeater, add.day, to_string(used.item), used.amount)
                 .run());
  }
  return {};
}

Status CatalogWriter::insert_batch(const Batch& batch, std::int64_t repeater) {
  return database_
      .query(
          "INSERT INTO batches (repeater, number, period, state, opened_at, request_id, handle) "
          "VALUES (?, ?, ?, ?, ?, '', '')",
          repeater, batch.number, batch.period, to_string(batch.state), batch.opened_at)
      .run();
}

Status CatalogWriter::update_batch(const Batch& batch) {
  const auto cause = batch.cause ? std::optional(to_string(*batch.cause)) : std::nullopt;
  return database_
      .query(
          "UPDATE batches SET state = ?, cut = ?, cause = ?, closed_at = ?, request_id = ?, handle = ?, "
          "submitted_at = ?, loaded_at = ? WHERE id = ?",
          to_string(batch.state), batch.cut, cause, batch.closed_at, batch.request_id, batch.handle, batch.submitted_at,
          batch.loaded_at, batch.id)
      .run();
}

Status CatalogWriter::insert_chunk(const Chunk& chunk, std::int64_t repeater) {
  FIRN_TRY(
      database_
          .query("INSERT INTO chunks (repeater, batch, partition, first, last, attempt, definition, rows, "
                 "bytes_uncompressed, bytes_compressed, bytes_longest_row, content_digest, file_digest, object_key, "
                 "replaces, state, reason, oldest_received_at, packed_at) "
                 "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 repeater, chunk.batch, chunk.range.first.partition(), chunk.range.first, chunk.range.last,
                 chunk.attempt, chunk.definition, chunk.rows, chunk.bytes_uncompressed, chunk.bytes_compressed,
                 chunk.bytes_longest_row, chunk.content_digest, chunk.file_digest, chunk.key, chunk.replaces,
                 to_string(chunk.state), chunk.reason, chunk.oldest_received_at, chunk.packed_at)
          .run());
  return count_chunk(chunk, repeater, 1);
}

Status CatalogWriter::update_chunk(const Chunk& before, const Chunk& after) {
  std::optional<std::string_view> status;
  std::optional<std::uint64_t> rows;
  std::optional<std::string_view> message;
  std::optional<std::uint64_t> line;
  if (after.report) {
    status = to_string(after.report->status);
    rows = after.report->rows_loaded;
    message = after.report->message;
    line = after.report->error_line;
  }
  FIRN_TRY(
      database_
          .query(
              "UPDATE chunks SET batch = ?, state = ?, report_status = ?, report_rows = ?, report_message = ?, "
              "report_line = ?, reason = ?, staged_at = ?, submitted_at = ?, loaded_at = ?, purged_at = ? WHERE id = ?",
              after.batch, to_string(after.state), status, rows, message, line, after.reason, after.staged_at,
              after.submitted_at, after.loaded_at, after.purged_at, after.id)
          .run());
  if (before.state == after.state) {
    return {};
  }
  FIRN_ASSIGN(const auto repeater, repeater_id(after.repeater));
  FIRN_TRY(count_chunk(before, repeater, -1));
  return count_chunk(after, repeater, 1);
}

Status CatalogWriter::insert_versions(std::span<const VersionEntry> versions, std::int64_t repeater) {
  // In the order of the table's key, so that each of its pages is touched once.
  std::vector<const VersionEntry*> order;
  order.reserve(versions.size());
  for (const VersionEntry& entry : versions) {
    order.push_back(&entry);
  }
  std::ranges::sort(order, {}, [](const VersionEntry* entry) { return std::tie(entry->document, entry->position); });
  for (const VersionEntry* entry : order) {
    FIRN_TRY(database_
                 .query("INSERT INTO versions (document, repeater, position, version, digest, row, received_at) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?)",
                        entry->document, repeater, entry->position, entry->version, entry->digest, entry->row,
                        entry->received_at)
                 .run());
  }
  return {};
}

Status CatalogWriter::insert_quarantined(std::span<const QuarantinedRecord> records, std::int64_t repeater) {
  std::uint64_t bytes = 0;
  for (const QuarantinedRecord& record : records) {
    FIRN_TRY(
        database_
            .query("INSERT INTO quarantined (repeater, position, last, reason, detail, domain, document_id, bytes, "
                   "received_at, quarantined_at, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')",
                   repeater, record.position, record.last, to_string(record.reason), record.detail, record.domain,
                   record.document_id, record.bytes, record.received_at, record.quarantined_at)
            .run());
    bytes += record.bytes;
  }
  return add_open_quarantine(repeater, static_cast<std::int64_t>(records.size()), static_cast<std::int64_t>(bytes));
}

Result<std::uint64_t> CatalogWriter::insert_requests(std::span<const FetchRequest> requests, std::int64_t repeater) {
  std::uint64_t known = 0;
  for (const FetchRequest& request : requests) {
    auto insert = database_.query(
        "INSERT INTO fetch_requests (repeater, document, kind, domain, document_id, position, received_on, "
        "requested_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (repeater, document) DO NOTHING RETURNING 1",
        repeater, document_key(request.domain, request.document_id), to_string(request.kind), request.domain,
        request.document_id, request.position, request.received_on, request.requested_at);
    FIRN_ASSIGN(const bool is_new, insert.next());
    known += is_new ? 0U : 1U;
  }
  if (requests.size() > known) {
    FIRN_TRY(database_
                 .query("UPDATE totals SET fetch_open = fetch_open + ? WHERE repeater = ?", requests.size() - known,
                        repeater)
                 .run());
  }
  return known;
}

Status CatalogWriter::insert_names(const DecideRange& decision, std::int64_t repeater) {
  for (const Position position : decision.replaced) {
    FIRN_TRY(database_.query("INSERT INTO replaced (repeater, position) VALUES (?, ?)", repeater, position).run());
  }
  for (const std::string& domain : decision.domains) {
    FIRN_TRY(database_.query("INSERT OR IGNORE INTO domains (repeater, name) VALUES (?, ?)", repeater, domain).run());
  }
  return {};
}

Status CatalogWriter::add_counts(const PackCounts& counts, std::int64_t repeater) {
  return database_
      .query(
          "UPDATE totals SET records = records + ?, rows = rows + ?, duplicates = duplicates + ?, "
          "conflicts = conflicts + ?, quarantined = quarantined + ?, bytes_received = bytes_received + ?, "
          "requests = requests + ? WHERE repeater = ?",
          counts.records, counts.rows, counts.duplicates, counts.conflicts, counts.quarantined, counts.bytes_received,
          counts.requests, repeater)
      .run();
}

Status CatalogWriter::add_open_quarantine(std::int64_t repeater, std::int64_t records, std::int64_t bytes) {
  if (records == 0) {
    return {};
  }
  return database_
      .query(
          "UPDATE totals SET quarantine_open = quarantine_open + ?, "
          "quarantine_open_bytes = quarantine_open_bytes + ? WHERE repeater = ?",
          records, bytes, repeater)
      .run();
}

Status CatalogWriter::count_chunk(const Chunk& chunk, std::int64_t repeater, std::int64_t sign) {
  return database_
      .query(
          "INSERT INTO chunk_totals (repeater, state, chunks, rows, bytes_uncompressed, bytes_compressed) "
          "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET chunks = chunks + excluded.chunks, "
          "rows = rows + excluded.rows, bytes_uncompressed = bytes_uncompressed + excluded.bytes_uncompressed, "
          "bytes_compressed = bytes_compressed + excluded.bytes_compressed",
          repeater, to_string(chunk.state), sign, sign * static_cast<std::int64_t>(chunk.rows),
          sign * static_cast<std::int64_t>(chunk.bytes_uncompressed),
          sign * static_cast<std::int64_t>(chunk.bytes_compressed))
      .run();
}

}  // namespace firn
