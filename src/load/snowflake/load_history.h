#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "load/snowflake/snowflake_error.h"
#include "load/snowflake/snowflake_sql.h"
#include "load/snowflake/sql_client.h"
#include "model/load_report.h"
#include "model/loader.h"

namespace firn {

/// What became of files, asked of Snowflake afterwards. Needs a warehouse. Threads: any.
class LoadHistory {
 public:
  LoadHistory(SqlClient& sql, SqlSession session, SnowflakePlace place);

  /// Of those files that COPY_HISTORY knows to be at their end; it goes back 14 days.
  Result<std::vector<FileReport>> look_up(const std::vector<LoadFile>& files, Timestamp since,
                                          const std::string& batch);

  /// Of those files that have rows in the table: loaded, with that many rows.
  Result<std::vector<FileReport>> count_rows(const std::vector<LoadFile>& files, const std::string& batch);

  /// The rows of the table.
  Result<std::uint64_t> count();

  /// The positions of the rows that came from this file, in order.
  Result<std::vector<Position>> arrived(const ObjectKey& key);

  /// The rows of all files whose key begins with `prefix`.
  Result<std::vector<FileRows>> rows_by_file(const std::string& prefix);

 private:
  [[nodiscard]] SqlStatement statement(std::string text, const std::string& batch) const;

  SqlClient& sql_;
  const SqlSession session_;
  const SnowflakePlace place_;
};

/// The file of the job that Snowflake means by a path, whatever stands before the file's name; null when none.
const LoadFile* file_at_path(const std::vector<LoadFile>& files, std::string_view path);

/// The files of the job without a report.
std::vector<LoadFile> unreported(const LoadJob& job, const std::vector<FileReport>& reports);

/// What LOADED, PARTIALLY_LOADED and LOAD_FAILED mean; nothing for every other word ("Outcome" in
/// docs/formats/snowflake_api.md).
std::optional<FileStatus> file_status(std::string_view word);

}  // namespace firn
