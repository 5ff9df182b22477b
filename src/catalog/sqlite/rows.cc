#include "catalog/sqlite/rows.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace firn {

const std::string kChunkColumns =
    "t.id, (SELECT name FROM repeaters WHERE id = t.repeater), t.batch, t.first, t.last, t.attempt, t.definition, "
    "t.rows, t.bytes_uncompressed, t.bytes_compressed, t.bytes_longest_row, t.content_digest, t.file_digest, "
    "t.object_key, t.replaces, t.state, t.report_status, t.report_rows, t.report_message, t.report_line, t.reason, "
    "t.oldest_received_at, "
    "t.packed_at, t.staged_at, t.submitted_at, t.loaded_at, t.purged_at";

const std::string kBatchColumns =
    "t.id, (SELECT name FROM repeaters WHERE id = t.repeater), t.number, t.period, t.state, t.opened_at, t.cut, "
    "t.cause, t.closed_at, t.request_id, t.handle, t.submitted_at, t.loaded_at";

const std::string kQuarantineColumns =
    "(SELECT name FROM repeaters WHERE id = t.repeater), t.position, t.last, t.reason, t.detail, t.domain, "
    "t.document_id, t.bytes, t.received_at, t.quarantined_at, t.state, t.replaced_by";

const std::string kFetchColumns =
    "(SELECT name FROM repeaters WHERE id = t.repeater), t.kind, t.domain, t.document_id, t.position, t.received_on, "
    "t.requested_at";

namespace {

/// The word in the present column as an enumeration.
template <typename Enum>
Result<Enum> word(Query& query, const std::string& path, std::optional<Enum> (*parse)(std::string_view)) {
  const std::string text = query.text();
  const auto value = parse(text);
  if (!value) {
    return fail(sqlite_error(SQLITE_CORRUPT, "read catalog", path, fmt::format("the word '{}' is unknown", text)));
  }
  return *value;
}

Status read_report(Query& query, const std::string& path, Chunk& chunk) {
  if (query.at_null()) {
    (void)query.text();
    (void)query.number();
    (void)query.text();
    (void)query.number();
    return {};
  }
  FileReport report;
  report.key = chunk.key;
  FIRN_ASSIGN(report.status, word(query, path, parse_file_status));
  report.rows_loaded = query.number();
  report.message = query.text();
  report.error_line = query.number();
  chunk.report = std::move(report);
  return {};
}

template <typename T>
using Read = Result<T> (*)(Query&, const std::string&);

template <typename T>
Result<std::optional<T>> first(Query& query, const std::string& path, Read<T> read) {
  FIRN_ASSIGN(const bool row, query.next());
  if (!row) {
    return std::nullopt;
  }
  FIRN_ASSIGN(T value, read(query, path));
  return std::optional<T>(std::move(value));
}

}  // namespace

Result<Chunk> read_chunk(Query& query, const std::string& path) {
  Chunk chunk;
  chunk.id = query.integer();
  chunk.repeater = RepeaterName(query.text());
  chunk.batch = query.integer();
  chunk.range.first = query.position();
  chunk.range.last = query.position();
  chunk.attempt = static_cast<std::uint32_t>(query.number());
  chunk.definition = query.text();
  chunk.rows = query.number();
  chunk.bytes_uncompressed = query.number();
  chunk.bytes_compressed = query.number();
  chunk.bytes_longest_row = query.number();
  chunk.content_digest = query.sha256();
  chunk.file_digest = query.sha256();
  chunk.key = ObjectKey(query.text());
  chunk.replaces = ObjectKey(query.text());
  FIRN_ASSIGN(chunk.state, word(query, path, parse_chunk_state));
  FIRN_TRY(read_report(query, path, chunk));
  chunk.reason = query.text();
  chunk.oldest_received_at = query.time();
  chunk.packed_at = query.time();
  chunk.staged_at = query.maybe_time();
  chunk.submitted_at = query.maybe_time();
  chunk.loaded_at = query.maybe_time();
  chunk.purged_at = query.maybe_time();
  return chunk;
}

Result<Batch> read_batch(Query& query, const std::string& path) {
  Batch batch;
  batch.id = query.integer();
  batch.repeater = RepeaterName(query.text());
  batch.number = query.number();
  batch.period = query.text();
  FIRN_ASSIGN(batch.state, word(query, path, parse_batch_state));
  batch.opened_at = query.time();
  batch.cut = query.maybe_position();
  if (query.at_null()) {
    (void)query.text();
  } else {
    FIRN_ASSIGN(batch.cause, word(query, path, parse_trigger_cause));
  }
  batch.closed_at = query.maybe_time();
  batch.request_id = query.text();
  batch.handle = query.text();
  batch.submitted_at = query.maybe_time();
  batch.loaded_at = query.maybe_time();
  return batch;
}

Result<QuarantinedRecord> read_quarantined(Query& query, const std::string& path) {
  QuarantinedRecord record;
  record.repeater = RepeaterName(query.text());
  record.position = query.position();
  record.last = query.position();
  FIRN_ASSIGN(record.reason, word(query, path, parse_quarantine_reason));
  record.detail = query.text();
  record.domain = query.text();
  record.document_id = query.text();
  record.bytes = query.number();
  record.received_at = query.time();
  record.quarantined_at = query.time();
  FIRN_ASSIGN(record.state, word(query, path, parse_quarantine_state));
  record.replaced_by = query.maybe_position();
  return record;
}

Result<FetchRequest> read_fetch_request(Query& query, const std::string& path) {
  FetchRequest request;
  request.repeater = RepeaterName(query.text());
  FIRN_ASSIGN(request.kind, word(query, path, parse_kind));
  request.domain = query.text();
  request.document_id = query.text();
  request.position = query.position();
  request.received_on = query.time();
  request.requested_at = query.time();
  return request;
}

Result<std::optional<std::int64_t>> find_repeater(Database& database, const RepeaterName& repeater) {
  auto query = database.query("SELECT id FROM repeaters WHERE name = ?", repeater);
  FIRN_ASSIGN(const bool row, query.next());
  return row ? std::optional(query.integer()) : std::nullopt;
}

Result<std::optional<Chunk>> find_chunk(Database& database, ChunkId id) {
  static const std::string sql = "SELECT " + kChunkColumns + " FROM chunks t WHERE t.id = ?";
  auto query = database.query(sql, id);
  return first(query, database.path(), read_chunk);
}

Result<std::optional<Batch>> find_batch(Database& database, BatchId id) {
  static const std::string sql = "SELECT " + kBatchColumns + " FROM batches t WHERE t.id = ?";
  auto query = database.query(sql, id);
  return first(query, database.path(), read_batch);
}

Result<std::optional<Batch>> find_open_batch(Database& database, std::int64_t repeater) {
  static const std::string sql =
      "SELECT " + kBatchColumns + " FROM batches t WHERE t.repeater = ? AND t.state = 'open'";
  auto query = database.query(sql, repeater);
  return first(query, database.path(), read_batch);
}

Result<std::optional<Batch>> find_batch_at(Database& database, std::int64_t repeater, Position position) {
  // Cuts never fall from one batch to the next, so the first one above is that of the first batch that takes it.
  static const std::string sql = "SELECT " + kBatchColumns +
                                 " FROM batches t WHERE t.repeater = ? AND t.cut > ? AND (t.cut >> 40 & 255) = ? "
                                 "ORDER BY t.cut, t.number LIMIT 1";
  auto query = database.query(sql, repeater, position, position.partition());
  FIRN_ASSIGN(const bool row, query.next());
  if (!row) {
    return find_open_batch(database, repeater);
  }
  FIRN_ASSIGN(Batch batch, read_batch(query, database.path()));
  return std::optional<Batch>(std::move(batch));
}

Result<std::optional<Position>> find_cursor(Database& database, std::int64_t repeater, std::uint64_t partition) {
  auto query = database.query("SELECT position FROM cursors WHERE repeater = ? AND partition = ?", repeater, partition);
  FIRN_ASSIGN(const bool row, query.next());
  return row ? std::optional(query.position()) : std::nullopt;
}

}  // namespace firn
