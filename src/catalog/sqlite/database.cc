#include "catalog/sqlite/database.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace firn {
namespace {

ErrorKind kind_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return ErrorKind::kNoSpace;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorKind::kBusy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorKind::kDamaged;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return ErrorKind::kUnavailable;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return ErrorKind::kPermission;
    default:
      return ErrorKind::kInternal;
  }
}

std::string hint_for(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kNoSpace:
      return "free space on the disk that holds the data directory";
    case ErrorKind::kBusy:
      return "another program holds the catalog: close it; Firn tries again";
    case ErrorKind::kDamaged:
      return "stop Firn, keep a copy of the file, and put the data directory back from a backup";
    case ErrorKind::kUnavailable:
      return "look for disk errors in the system log, and whether the folder is there and can be written";
    case ErrorKind::kPermission:
      return "the user that runs Firn must own the data directory";
    case ErrorKind::kInvalidInput:
    case ErrorKind::kNotFound:
    case ErrorKind::kAlreadyExists:
    case ErrorKind::kConflict:
    case ErrorKind::kPoisoned:
    case ErrorKind::kConfiguration:
    case ErrorKind::kInternal:
      return "";
  }
  return "";
}

constexpr int kColumnTypeNull = SQLITE_NULL;

}  // namespace

Error sqlite_error(int code, std::string operation, const std::string& path, std::string reason) {
  const ErrorKind kind = kind_of(code);
  return Error{kind, std::move(operation), path, std::move(reason), hint_for(kind)};
}

Query::~Query() {
  if (statement_ != nullptr) {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
}

void Query::keep(int code) {
  if (code_ == SQLITE_OK) {
    code_ = code;
  }
}

// A statement that could not be prepared is null; SQLite then answers SQLITE_MISUSE, and the first code is kept.
void Query::bind(std::int64_t value) { keep(sqlite3_bind_int64(statement_, ++parameter_, value)); }

void Query::bind(std::string_view text) {
  keep(sqlite3_bind_text64(statement_, ++parameter_, text.empty() ? "" : text.data(), text.size(), SQLITE_TRANSIENT,
                           SQLITE_UTF8));
}

void Query::bind(const Sha256& digest) { bind_blob(bytes_of(digest)); }

void Query::bind_blob(std::string_view bytes) {
  keep(sqlite3_bind_blob64(statement_, ++parameter_, bytes.data(), bytes.size(), SQLITE_TRANSIENT));
}

void Query::bind_null() { keep(sqlite3_bind_null(statement_, ++parameter_)); }

Result<bool> Query::next() {
  column_ = 0;
  int code = code_;
  if (code == SQLITE_OK) {
    code = sqlite3_step(statement_);
  }
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    return false;
  }
  const bool prepared = statement_ != nullptr;
  return fail(sqlite_error(code, "catalog", *path_,
                           prepared ? sqlite3_errmsg(sqlite3_db_handle(statement_)) : sqlite3_errstr(code)));
}

Status Query::run() {
  FIRN_ASSIGN(const bool row, next());
  FIRN_CHECK(!row, "the statement returns nothing");
  return {};
}

std::int64_t Query::integer() { return sqlite3_column_int64(statement_, column_++); }

std::string Query::text() {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column_));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_));
  ++column_;
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}

std::optional<Position> Query::maybe_position() {
  const bool null = at_null();
  const Position value = position();
  return null ? std::nullopt : std::optional(value);
}

std::optional<Timestamp> Query::maybe_time() {
  const bool null = at_null();
  const Timestamp value = time();
  return null ? std::nullopt : std::optional(value);
}

void Query::read_bytes(unsigned char* to, std::size_t size) {
  const void* bytes = sqlite3_column_blob(statement_, column_);
  const auto stored = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column_));
  ++column_;
  if (bytes != nullptr) {
    std::memcpy(to, bytes, std::min(size, stored));
  }
}

Digest128 Query::digest128() {
  Digest128 digest;
  read_bytes(digest.bytes.data(), digest.bytes.size());
  return digest;
}

Sha256 Query::sha256() {
  Sha256 digest{};
  read_bytes(digest.data(), digest.size());
  return digest;
}

bool Query::at_null() const { return sqlite3_column_type(statement_, column_) == kColumnTypeNull; }

Result<Database> Database::open(const std::string& path, Duration busy_timeout) {
  Database database(path);
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &connection,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  database.connection_.reset(connection);
  if (code != SQLITE_OK) {
    return fail(sqlite_error(code, "open catalog", path,
                             connection == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection)));
  }
  sqlite3_extended_result_codes(connection, 1);
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(busy_timeout).count();
  sqlite3_busy_timeout(connection, static_cast<int>(limit));
  return database;
}

Status Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return fail(sqlite_error(code, "catalog", path_, sqlite3_errmsg(connection_.get())));
  }
  return {};
}

Result<std::int64_t> Database::integer(const std::string& sql) {
  Query query = this->query(sql);
  FIRN_ASSIGN(const bool row, query.next());
  FIRN_CHECK(row, "the query always has a row");
  return query.integer();
}

Database::Prepared Database::prepare(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) {
    FIRN_CHECK(sqlite3_stmt_busy(found->second.get()) == 0, "a statement runs once at a time");
    return {found->second.get(), SQLITE_OK};
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code == SQLITE_OK) {
    statements_.emplace(std::string(sql), std::unique_ptr<sqlite3_stmt, Finalize>(statement));
  }
  return {statement, code};
}

}  // namespace firn
