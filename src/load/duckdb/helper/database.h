#pragma once

#include <duckdb.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "load/duckdb/protocol.h"

namespace firn {

/// What the database said when a statement failed.
struct SqlFailure {
  bool fatal = false;    ///< of the run, not of the file: no space, memory or right, an unusable database
  std::string message;   ///< without any content of the rows
  bool at_file = false;  ///< of a fatal one: the file that was being loaded may be why, as with memory
};

template <typename T>
using SqlResult = std::expected<T, SqlFailure>;

/// Rows of a query; nothing for NULL.
using SqlRows = std::vector<std::vector<std::optional<std::string>>>;

/// An open database file with one connection. One thread.
class Database {
 public:
  enum class Access { kReadWrite, kReadOnly };

  /// Opens the file of `job`, creating it for writing; waits up to `job.lock_wait` while another program holds it.
  /// kBusy: it still does. kUnavailable: the file cannot be opened.
  static Result<Database> open(const HelperJob& job, Access access);

  /// Runs statements. The number of rows that the last one changed.
  SqlResult<std::uint64_t> run(const std::string& sql);
  SqlResult<SqlRows> query(const std::string& sql);

 private:
  struct Close {
    void operator()(duckdb_database database) const { duckdb_close(&database); }
    void operator()(duckdb_connection connection) const { duckdb_disconnect(&connection); }
  };
  Database() = default;

  std::unique_ptr<_duckdb_database, Close> database_;
  std::unique_ptr<_duckdb_connection, Close> connection_;  // closed first
};

}  // namespace firn
