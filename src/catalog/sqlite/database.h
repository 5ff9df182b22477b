#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/digest.h"
#include "base/named.h"
#include "base/result.h"
#include "base/time.h"
#include "model/position.h"

namespace firn {

/// What an SQLite result code means to the rest of the program, with the hint for it.
Error sqlite_error(int code, std::string operation, const std::string& path, std::string reason);

/// One run of a prepared statement; the statement goes back to its cache when this is destroyed. Values are copied when
/// they are bound. A failure to prepare or bind is reported by the first next() or run().
class Query {
 public:
  template <typename... Args>
  Query(const std::string& path, sqlite3_stmt* statement, int code, const Args&... args)
      : path_(&path), statement_(statement), code_(code) {
    (bind(args), ...);
  }
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  void bind(std::int64_t value);
  void bind(std::uint64_t value) { bind(static_cast<std::int64_t>(value)); }
  void bind(std::uint32_t value) { bind(static_cast<std::int64_t>(value)); }
  void bind(std::string_view text);
  void bind(const Digest128& digest) { bind_blob(digest.view()); }
  void bind(const Sha256& digest);
  void bind(Position position) { bind(position.value()); }
  void bind(Timestamp time) { bind(to_micros(time)); }
  template <typename Tag>
  void bind(const Named<Tag>& name) {
    bind(std::string_view(name.str()));
  }
  template <typename T>
  void bind(const std::optional<T>& value) {
    value ? bind(*value) : bind_null();
  }

  /// True when there is a row to read.
  Result<bool> next();
  /// For statements that return nothing.
  Status run();

  // The columns of the present row, each call taking the next one; rewind() starts again. A NULL is 0 or empty.
  std::int64_t integer();
  std::uint64_t number() { return static_cast<std::uint64_t>(integer()); }
  std::string text();
  Position position() { return Position(number()); }
  Timestamp time() { return timestamp_from_micros(integer()); }
  std::optional<Position> maybe_position();
  std::optional<Timestamp> maybe_time();
  Digest128 digest128();
  Sha256 sha256();
  /// True when the column to be read next is NULL.
  [[nodiscard]] bool at_null() const;
  void rewind() { column_ = 0; }

 private:
  void bind_blob(std::string_view bytes);
  void bind_null();
  void keep(int code);
  void read_bytes(unsigned char* to, std::size_t size);

  const std::string* path_;
  sqlite3_stmt* statement_;
  int code_;
  int parameter_ = 0;
  int column_ = 0;
};

/// One SQLite connection with a cache of its prepared statements. One thread at a time.
class Database {
 public:
  /// Opens or creates the file. Waits up to `busy_timeout` for other connections in every later call.
  static Result<Database> open(const std::string& path, Duration busy_timeout);

  [[nodiscard]] const std::string& path() const { return path_; }

  /// Runs statements that take and return nothing.
  Status execute(const std::string& sql);

  /// The statement with its parameters bound in order. At most one run of the same SQL at a time.
  template <typename... Args>
  Query query(std::string_view sql, const Args&... args) {
    const auto [statement, code] = prepare(sql);
    return Query(path_, statement, code, args...);
  }

  /// The first column of the first row of a query that always has one.
  Result<std::int64_t> integer(const std::string& sql);

  [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }
  [[nodiscard]] std::int64_t last_id() const { return sqlite3_last_insert_rowid(connection_.get()); }

 private:
  struct Prepared {
    sqlite3_stmt* statement;
    int code;
  };
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  explicit Database(const std::string& path) : path_(path) {}
  Prepared prepare(std::string_view sql);

  std::string path_;
  std::unique_ptr<sqlite3, Close> connection_;
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, Finalize>, Hash, std::equal_to<>> statements_;
};

}  // namespace firn
