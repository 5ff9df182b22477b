#include "catalog/sqlite/sqlite_catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/crash_point.h"
#include "catalog/sqlite/listing.h"
#include "catalog/sqlite/rows.h"
#include "catalog/sqlite/schema.h"
#include "catalog/sqlite/writer.h"

namespace firn {
namespace {

constexpr std::size_t kPageBytes = 4096;

Status configure(Database& database, const SqliteCatalogOptions& options) {
  // The page size only counts for a new file, and only before WAL mode.
  FIRN_TRY(database.execute(fmt::format("PRAGMA page_size = {}", kPageBytes)));
  FIRN_TRY(database.execute(
      fmt::format("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
                  "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; "
                  "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{}; PRAGMA wal_autocheckpoint = {}; "
                  "PRAGMA journal_size_limit = {};",
                  options.cache_bytes / 1024, options.checkpoint_bytes / kPageBytes, options.checkpoint_bytes)));
  FIRN_TRY(migrate(database));
  if (options.max_bytes) {
    FIRN_TRY(database.execute(fmt::format("PRAGMA max_page_count = {}", *options.max_bytes / kPageBytes)));
  }
  return {};
}

Status apply_all(Database& database, std::span<const Transition> transitions) {
  CatalogWriter writer(database);
  for (const Transition& transition : transitions) {
    FIRN_TRY(std::visit([&](const auto& value) { return writer.apply(value); }, transition));
  }
  return {};
}

Status end_transaction(Database& database, const Status& applied) {
  Status done = applied;
  if (done) {
    crash_point("catalog.before_commit");
    done = database.query("COMMIT").run();
  }
  if (done) {
    crash_point("catalog.after_commit");
  } else if (database.in_transaction()) {
    (void)database.query("ROLLBACK").run();
  }
  return done;
}

/// The documents' places in the list, in the order of their keys, so that pages are read once.
std::vector<std::size_t> in_key_order(std::span<const DocumentKey> documents) {
  std::vector<std::size_t> order(documents.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t index) { return documents[index]; });
  return order;
}

Status read_versions(Database& database, std::int64_t repeater, const DocumentKey& document,
                     std::vector<VersionEntry>& out) {
  auto query = database.query(
      "SELECT position, version, digest, row, received_at FROM versions WHERE document = ? AND repeater = ? "
      "ORDER BY position",
      document, repeater);
  while (true) {
    FIRN_ASSIGN(const bool row, query.next());
    if (!row) {
      return {};
    }
    VersionEntry entry;
    entry.document = document;
    entry.position = query.position();
    entry.version = query.maybe_time();
    entry.digest = query.digest128();
    entry.row = query.number();
    entry.received_at = query.time();
    out.push_back(entry);
  }
}

Status read_counts(Database& database, std::int64_t repeater, RepeaterTotals& totals) {
  auto query = database.query(
      "SELECT records, rows, duplicates, conflicts, quarantined, bytes_received, requests, quarantine_open, "
      "quarantine_open_bytes, fetch_open FROM totals WHERE repeater = ?",
      repeater);
  FIRN_ASSIGN(const bool row, query.next());
  if (row) {
    totals.decided = {query.number(), query.number(), query.number(), query.number(),
                      query.number(), query.number(), query.number()};
    totals.quarantine_open = query.number();
    totals.quarantine_open_bytes = query.number();
    totals.fetch_open = query.number();
  }
  return {};
}

Status read_chunk_totals(Database& database, std::int64_t repeater, RepeaterTotals& totals) {
  auto query = database.query(
      "SELECT state, chunks, rows, bytes_uncompressed, bytes_compressed FROM chunk_totals WHERE repeater = ? "
      "AND chunks > 0",
      repeater);
  while (true) {
    FIRN_ASSIGN(const bool row, query.next());
    if (!row) {
      break;
    }
    const auto state = parse_chunk_state(query.text()).value_or(ChunkState::kPacked);
    totals.chunks.push_back({state, query.number(), query.number(), query.number(), query.number()});
  }
  std::ranges::sort(totals.chunks, {}, &ChunkTotals::state);
  return {};
}

Status read_waiting(Database& database, std::int64_t repeater, RepeaterTotals& totals) {
  auto bytes = database.query(
      "SELECT COALESCE(SUM(bytes_uncompressed), 0), MIN(oldest_received_at) FROM chunks WHERE state IN ('packed', "
      "'staged') AND batch = "
      "(SELECT id FROM batches WHERE repeater = ? AND state = 'open')",
      repeater);
  FIRN_TRY(bytes.next());
  totals.uningested_bytes = bytes.number();
  totals.oldest_uningested = bytes.maybe_time();
  auto oldest = database.query(
      "SELECT MIN(oldest_received_at) FROM chunks INDEXED BY chunks_active_by_age WHERE repeater = ? "
      "AND state IN ('packed', 'staged', 'submitted')",
      repeater);
  FIRN_TRY(oldest.next());
  totals.oldest_unloaded = oldest.maybe_time();
  return {};
}

}  // namespace

Result<std::unique_ptr<SqliteCatalog>> SqliteCatalog::open(const std::string& path,
                                                           const SqliteCatalogOptions& options) {
  FIRN_ASSIGN(auto database, Database::open(path, options.busy_timeout));
  FIRN_TRY(configure(database, options));
  return std::unique_ptr<SqliteCatalog>(new SqliteCatalog(std::move(database)));
}

Status SqliteCatalog::commit(std::span<const Transition> transitions) {
  const MutexLock lock(mutex_);
  FIRN_TRY(database_.query("BEGIN IMMEDIATE").run());
  return end_transaction(database_, apply_all(database_, transitions));
}

Result<std::map<RepeaterName, std::string>> SqliteCatalog::targets() {
  const MutexLock lock(mutex_);
  std::map<RepeaterName, std::string> all;
  auto query = database_.query(
      "SELECT r.name, r.target FROM repeaters r JOIN totals t ON t.repeater = r.id WHERE t.rows > 0 AND r.target <> "
      "''");
  while (true) {
    FIRN_ASSIGN(const bool row, query.next());
    if (!row) {
      return all;
    }
    const RepeaterName name(query.text());
    all.emplace(name, query.text());
  }
}

Status SqliteCatalog::change_target(const RepeaterName& repeater, const std::string& target) {
  const MutexLock lock(mutex_);
  return database_.query("UPDATE repeaters SET target = ? WHERE name = ?", target, repeater).run();
}

Result<std::string> SqliteCatalog::bind_target(const RepeaterName& repeater, const std::string& target) {
  const MutexLock lock(mutex_);
  FIRN_TRY(database_.query("BEGIN IMMEDIATE").run());
  FIRN_TRY(end_transaction(database_, CatalogWriter(database_).bind_target(repeater, target)));
  auto query = database_.query("SELECT target FROM repeaters WHERE name = ?", repeater);
  FIRN_TRY(query.next());
  return query.text();
}

Result<std::vector<Control>> SqliteCatalog::controls() {
  const MutexLock lock(mutex_);
  std::vector<Control> all;
  auto query = database_.query(
      "SELECT r.name, c.name, c.since FROM controls c JOIN repeaters r ON r.id = c.repeater ORDER BY r.name, c.name");
  while (true) {
    FIRN_ASSIGN(const bool row, query.next());
    if (!row) {
      return all;
    }
    Control control;
    control.repeater = RepeaterName(query.text());
    control.name = query.text();
    control.since = query.time();
    all.push_back(std::move(control));
  }
}

Status SqliteCatalog::set_control(const Control& control) {
  const MutexLock lock(mutex_);
  FIRN_TRY(database_.query("BEGIN IMMEDIATE").run());
  return end_transaction(database_, CatalogWriter(database_).set_control(control));
}

Status SqliteCatalog::clear_control(const RepeaterName& repeater, const std::string& name) {
  const MutexLock lock(mutex_);
  return database_
      .query("DELETE FROM controls WHERE repeater = (SELECT id FROM repeaters WHERE name = ?) AND name = ?", repeater,
             name)
      .run();
}

Result<Timestamp> SqliteCatalog::schedule_since(const RepeaterName& repeater, const std::string& schedule,
                                                Timestamp now) {
  const MutexLock lock(mutex_);
  FIRN_TRY(database_.query("BEGIN IMMEDIATE").run());
  FIRN_TRY(end_transaction(database_, CatalogWriter(database_).set_schedule(repeater, schedule, now)));
  auto query = database_.query("SELECT schedule_since FROM repeaters WHERE name = ?", repeater);
  FIRN_TRY(query.next());
  return query.time();
}

Result<std::optional<Position>> SqliteCatalog::cursor(const RepeaterName& repeater, std::uint64_t partition) {
  const MutexLock lock(mutex_);
  FIRN_ASSIGN(const auto id, find_repeater(database_, repeater));
  return id ? find_cursor(database_, *id, partition) : std::nullopt;
}

Result<std::vector<std::vector<VersionEntry>>> SqliteCatalog::versions(const RepeaterName& repeater,
                                                                       std::span<const DocumentKey> documents) {
  const MutexLock lock(mutex_);
  std::vector<std::vector<VersionEntry>> entries(documents.size());
  FIRN_ASSIGN(const auto id, find_repeater(database_, repeater));
  if (!id) {
    return entries;
  }
  // One transaction, so that SQLite takes its read lock once and not for each document.
  FIRN_TRY(database_.query("BEGIN").run());
  Status done;
  for (const std::size_t index : in_key_order(documents)) {
    done = read_versions(database_, *id, documents[index], entries[index]);
    if (!done) {
      break;
    }
  }
  (void)database_.query("ROLLBACK").run();
  FIRN_TRY(done);
  return entries;
}

Result<bool> SqliteCatalog::is_replaced(const RepeaterName& repeater, Position position) {
  const MutexLock lock(mutex_);
  auto query = database_.query(
      "SELECT 1 FROM replaced WHERE repeater = (SELECT id FROM repeaters WHERE name = ?) AND position = ?", repeater,
      position);
  return query.next();
}

Result<std::vector<Chunk>> SqliteCatalog::chunks(const ChunkFilter& filter) {
  const MutexLock lock(mutex_);
  return list_chunks(database_, filter);
}

Result<std::vector<Chunk>> SqliteCatalog::newest_proven(const RepeaterName& repeater, std::size_t most) {
  const MutexLock lock(mutex_);
  return list_newest_proven(database_, repeater, most);
}

Result<std::vector<Batch>> SqliteCatalog::batches(const BatchFilter& filter) {
  const MutexLock lock(mutex_);
  return list_batches(database_, filter);
}

Result<std::vector<QuarantinedRecord>> SqliteCatalog::quarantined(const QuarantineFilter& filter) {
  const MutexLock lock(mutex_);
  return list_quarantined(database_, filter);
}

Result<std::vector<FetchRequest>> SqliteCatalog::fetch_requests(const FetchFilter& filter) {
  const MutexLock lock(mutex_);
  return list_fetch_requests(database_, filter);
}

Result<std::optional<Batch>> SqliteCatalog::batch_at(const RepeaterName& repeater, Position position) {
  const MutexLock lock(mutex_);
  FIRN_ASSIGN(const auto id, find_repeater(database_, repeater));
  return id ? find_batch_at(database_, *id, position) : std::nullopt;
}

Result<std::optional<Chunk>> SqliteCatalog::chunk_at(const RepeaterName& repeater, Position position) {
  static const std::string sql = "SELECT " + kChunkColumns +
                                 " FROM chunks t WHERE t.repeater = (SELECT id FROM repeaters WHERE name = ?) "
                                 "AND t.first <= ? ORDER BY t.first DESC, t.attempt DESC LIMIT 1";
  const MutexLock lock(mutex_);
  auto query = database_.query(sql, repeater, position);
  FIRN_ASSIGN(const bool row, query.next());
  if (!row) {
    return std::nullopt;
  }
  FIRN_ASSIGN(Chunk chunk, read_chunk(query, database_.path()));
  return position <= chunk.range.last ? std::optional<Chunk>(std::move(chunk)) : std::nullopt;
}

Result<std::vector<std::string>> SqliteCatalog::domains(const RepeaterName& repeater) {
  const MutexLock lock(mutex_);
  std::vector<std::string> names;
  auto query = database_.query(
      "SELECT name FROM domains WHERE repeater = (SELECT id FROM repeaters WHERE name = ?) ORDER BY name", repeater);
  while (true) {
    FIRN_ASSIGN(const bool row, query.next());
    if (!row) {
      return names;
    }
    names.push_back(query.text());
  }
}

Result<RepeaterTotals> SqliteCatalog::totals(const RepeaterName& repeater) {
  const MutexLock lock(mutex_);
  RepeaterTotals totals;
  FIRN_ASSIGN(const auto id, find_repeater(database_, repeater));
  if (id) {
    FIRN_TRY(read_counts(database_, *id, totals));
    FIRN_TRY(read_chunk_totals(database_, *id, totals));
    FIRN_TRY(read_waiting(database_, *id, totals));
  }
  return totals;
}

Result<std::vector<UsageEntry>> SqliteCatalog::usage(const UsageFilter& filter) {
  const MutexLock lock(mutex_);
  return list_usage(database_, filter);
}

Result<std::optional<Position>> SqliteCatalog::settled_up_to(const RepeaterName& repeater, std::uint64_t partition) {
  const MutexLock lock(mutex_);
  FIRN_ASSIGN(const auto id, find_repeater(database_, repeater));
  if (!id) {
    return std::nullopt;
  }
  FIRN_ASSIGN(const auto cursor, find_cursor(database_, *id, partition));
  auto query = database_.query(
      "SELECT MIN(first) FROM (SELECT first FROM chunks INDEXED BY chunks_active WHERE repeater = ?1 "
      "AND partition = ?2 AND state IN ('packed', 'staged', 'submitted') UNION ALL "
      "SELECT first FROM chunks INDEXED BY chunks_by_state WHERE repeater = ?1 AND state = 'quarantined' "
      "AND partition = ?2 AND staged_at IS NULL)",
      *id, partition);
  FIRN_TRY(query.next());
  const auto first = query.maybe_position();
  return first && cursor ? std::min(first, cursor) : cursor;
}

Status SqliteCatalog::verify() {
  const MutexLock lock(mutex_);
  auto query = database_.query("PRAGMA quick_check(1)");
  FIRN_ASSIGN(const bool row, query.next());
  const std::string answer = row ? query.text() : std::string("ok");
  if (answer != "ok") {
    return fail(sqlite_error(SQLITE_CORRUPT, "verify catalog", database_.path(), answer));
  }
  return {};
}

}  // namespace firn
