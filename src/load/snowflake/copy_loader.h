#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "load/snowflake/load_history.h"
#include "load/snowflake/snowflake_sql.h"
#include "load/snowflake/sql_client.h"
#include "load/snowflake/table_guard.h"
#include "model/loader.h"

namespace firn {

/// Loads files with COPY INTO: one statement a request, begun and then asked about; its handle outlives this process.
/// What the statement does not tell of a file, COPY_HISTORY or the rows in the table do. Threads: any, one at a time
/// for each table.
class CopyLoader final : public Loader {
 public:
  struct Options {
    SqlSession session;
    SnowflakePlace place;
    std::string owner;                ///< the data directory
    bool suspends_warehouse = false;  ///< nobody else uses it
  };

  /// `sql` and `clock` must outlive the loader.
  CopyLoader(SqlClient& sql, const Clock& clock, Options options);

  Status check(const LoadJob& job) override { return guard_.check(job); }
  Result<std::string> submit(const LoadJob& job) override;
  Result<LoadProgress> poll(const LoadJob& job, const std::string& handle) override;
  Result<std::uint64_t> count(const TableDefinition& /*table*/) override { return history_.count(); }
  Result<std::vector<Position>> arrived(const TableDefinition& /*table*/, const ObjectKey& key) override {
    return history_.arrived(key);
  }
  Result<std::vector<FileRows>> rows_by_file(const TableDefinition& /*table*/, const std::string& prefix) override {
    return history_.rows_by_file(prefix);
  }
  [[nodiscard]] std::size_t most_files() const override { return 1000; }
  [[nodiscard]] std::string too_old(const LoadFile& file) const override;

 private:
  Result<LoadProgress> finish(const LoadJob& job, const SqlRows& rows);
  /// Adds what is known of the files that have no report; the state is kForgotten when nothing is known of one.
  Result<LoadProgress> complete(const LoadJob& job, LoadProgress progress);
  void suspend_warehouse(const std::string& batch);

  SqlClient& sql_;
  const Clock& clock_;
  const Options options_;
  LoadHistory history_;
  TableGuard guard_;
};

}  // namespace firn
