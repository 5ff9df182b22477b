#include "catalog/sqlite/schema.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>

namespace firn {
namespace {

// docs/formats/catalog.md explains every table and column.
constexpr const char* kFirstSchema = R"sql(
CREATE TABLE repeaters (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE cursors (
  repeater INTEGER NOT NULL REFERENCES repeaters(id),
  partition INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (repeater, partition)
) STRICT, WITHOUT ROWID;

CREATE TABLE batches (
  id INTEGER PRIMARY KEY,
  repeater INTEGER NOT NULL REFERENCES repeaters(id),
  number INTEGER NOT NULL,
  period TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'closing', 'submitted', 'loaded', 'purged')),
  opened_at INTEGER NOT NULL,
  cut INTEGER,
  cause TEXT,
  closed_at INTEGER,
  request_id TEXT NOT NULL,
  handle TEXT NOT NULL,
  submitted_at INTEGER,
  loaded_at INTEGER,
  UNIQUE (repeater, number)
) STRICT;
CREATE UNIQUE INDEX batches_open ON batches (repeater) WHERE state = 'open';
CREATE INDEX batches_by_state ON batches (repeater, state);
CREATE INDEX batches_by_cut ON batches (repeater, cut);

CREATE TABLE chunks (
  id INTEGER PRIMARY KEY,
  repeater INTEGER NOT NULL REFERENCES repeaters(id),
  batch INTEGER NOT NULL REFERENCES batches(id),
  partition INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  definition TEXT NOT NULL,
  rows INTEGER NOT NULL CHECK (rows > 0),
  bytes_uncompressed INTEGER NOT NULL,
  bytes_compressed INTEGER NOT NULL,
  bytes_longest_row INTEGER NOT NULL,
  content_digest BLOB NOT NULL CHECK (length(content_digest) = 32),
  file_digest BLOB NOT NULL CHECK (length(file_digest) = 32),
  object_key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('packed', 'staged', 'submitted', 'loaded', 'purged', 'replaced', 'quarantined')),
  report_status TEXT CHECK (report_status IN ('loaded', 'partially_loaded', 'failed')),
  report_rows INTEGER,
  report_message TEXT,
  reason TEXT NOT NULL,
  oldest_received_at INTEGER NOT NULL,
  packed_at INTEGER NOT NULL,
  staged_at INTEGER,
  submitted_at INTEGER,
  loaded_at INTEGER,
  purged_at INTEGER
) STRICT;
CREATE INDEX chunks_by_state ON chunks (repeater, state);
CREATE INDEX chunks_by_batch ON chunks (batch, state, bytes_uncompressed);
CREATE INDEX chunks_by_position ON chunks (repeater, first, attempt);
CREATE INDEX chunks_active ON chunks (repeater, partition, first)
  WHERE state IN ('packed', 'staged', 'submitted');
CREATE INDEX chunks_active_by_age ON chunks (repeater, oldest_received_at)
  WHERE state IN ('packed', 'staged', 'submitted');

CREATE TABLE versions (
  document BLOB NOT NULL,
  repeater INTEGER NOT NULL,
  position INTEGER NOT NULL,
  version INTEGER,
  digest BLOB NOT NULL,
  row INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (document, repeater, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE replaced (
  repeater INTEGER NOT NULL REFERENCES repeaters(id),
  position INTEGER NOT NULL,
  PRIMARY KEY (repeater, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE quarantined (
  repeater INTEGER NOT NULL REFERENCES repeaters(id),
  position INTEGER NOT NULL,
  last INTEGER NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  domain TEXT NOT NULL,
  document_id TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  quarantined_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'retried', 'discarded')),
  replaced_by INTEGER,
  PRIMARY KEY (repeater, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX quarantined_by_state ON quarantined (repeater, state, position);

CREATE TABLE domains (
  repeater INTEGER NOT NULL REFERENCES repeaters(id),
  name TEXT NOT NULL,
  PRIMARY KEY (repeater, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE totals (
  repeater INTEGER PRIMARY KEY REFERENCES repeaters(id),
  records INTEGER NOT NULL DEFAULT 0,
  rows INTEGER NOT NULL DEFAULT 0,
  duplicates INTEGER NOT NULL DEFAULT 0,
  conflicts INTEGER NOT NULL DEFAULT 0,
  quarantined INTEGER NOT NULL DEFAULT 0,
  bytes_received INTEGER NOT NULL DEFAULT 0,
  quarantine_open INTEGER NOT NULL DEFAULT 0,
  quarantine_open_bytes INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE chunk_totals (
  repeater INTEGER NOT NULL REFERENCES repeaters(id),
  state TEXT NOT NULL,
  chunks INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  bytes_uncompressed INTEGER NOT NULL,
  bytes_compressed INTEGER NOT NULL,
  PRIMARY KEY (repeater, state)
) STRICT, WITHOUT ROWID;
)sql";

// Kinds whose documents only say that something has to be fetched.
constexpr const char* kFetchRequests = R"sql(
CREATE TABLE fetch_requests (
  repeater INTEGER NOT NULL REFERENCES repeaters(id),
  document BLOB NOT NULL CHECK (length(document) = 16),
  kind TEXT NOT NULL,
  domain TEXT NOT NULL,
  document_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  received_on INTEGER NOT NULL,
  requested_at INTEGER NOT NULL,
  PRIMARY KEY (repeater, document)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX fetch_requests_by_position ON fetch_requests (repeater, position);

ALTER TABLE totals ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN fetch_open INTEGER NOT NULL DEFAULT 0;
)sql";

// Where the rows of a repeater have gone since its first one.
constexpr const char* kTargets = R"sql(
ALTER TABLE repeaters ADD COLUMN target TEXT NOT NULL DEFAULT '';
)sql";

// A chunk of which the destination has refused a row is made again without it.
constexpr const char* kAttempts = R"sql(
ALTER TABLE chunks ADD COLUMN report_line INTEGER;
ALTER TABLE chunks ADD COLUMN replaces TEXT NOT NULL DEFAULT '';
)sql";

// What people have set while the daemon ran, and since when a repeater has its schedule.
constexpr const char* kControls = R"sql(
CREATE TABLE controls (
  repeater INTEGER NOT NULL REFERENCES repeaters(id),
  name TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (repeater, name)
) STRICT, WITHOUT ROWID;

ALTER TABLE repeaters ADD COLUMN schedule TEXT NOT NULL DEFAULT '';
ALTER TABLE repeaters ADD COLUMN schedule_since INTEGER;
)sql";

// What was used that costs money.
constexpr const char* kUsage = R"sql(
CREATE TABLE usage (
  repeater INTEGER NOT NULL REFERENCES repeaters(id),
  day TEXT NOT NULL,
  item TEXT NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (repeater, day, item)
) STRICT, WITHOUT ROWID;
)sql";

// Entry N brings version N to version N + 1. Entries are never changed once released, only added.
constexpr std::array<const char*, 6> kMigrations{kFirstSchema, kFetchRequests, kTargets, kAttempts, kControls, kUsage};

Status run_migration(Database& database, std::size_t from) {
  const std::string sql =
      fmt::format("BEGIN IMMEDIATE; {} PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT;",
                  kMigrations[from], kCatalogApplicationId, from + 1);
  const Status done = database.execute(sql);
  if (!done && database.in_transaction()) {
    (void)database.execute("ROLLBACK");
  }
  return done;
}

}  // namespace

std::int64_t newest_schema() { return kMigrations.size(); }

Status migrate(Database& database) {
  FIRN_ASSIGN(const auto application, database.integer("PRAGMA application_id"));
  FIRN_ASSIGN(const auto version, database.integer("PRAGMA user_version"));
  FIRN_ASSIGN(const auto objects, database.integer("SELECT COUNT(*) FROM sqlite_schema"));
  const bool is_new = objects == 0 && application == 0 && version == 0;
  if (!is_new && application != kCatalogApplicationId) {
    return fail(Error{ErrorKind::kConfiguration, "open catalog", database.path(), "the file is another program's",
                      "set data_dir to a folder of Firn's own"});
  }
  if (version > newest_schema()) {
    return fail(Error{ErrorKind::kConfiguration, "open catalog", database.path(),
                      fmt::format("it has schema {}, this Firn knows up to {}", version, newest_schema()),
                      "install the newer Firn that wrote it"});
  }
  for (auto next = static_cast<std::size_t>(version); next < kMigrations.size(); ++next) {
    FIRN_TRY(run_migration(database, next));
  }
  return {};
}

}  // namespace firn
