#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "load/snowflake/snowflake_loader.h"
#include "load/snowflake/sql_client.h"
#include "load/snowflake/warehouse_meter.h"
#include "model/loader.h"

namespace firn {

/// Loads files with COPY INTO: one statement a request, begun and then asked about; its handle outlives this process.
/// What the statement does not tell of a file, COPY_HISTORY or the rows in the table do. Threads: any, one at a time
/// for each table.
class CopyLoader final : public SnowflakeLoader {
 public:
  /// `sql`, `clock` and `meter` must outlive the loader.
  CopyLoader(SqlClient& sql, const Clock& clock, Target target, WarehouseMeter& meter);

  Result<std::string> submit(const LoadJob& job) override;
  Result<LoadProgress> poll(const LoadJob& job, const std::string& handle) override;
  [[nodiscard]] std::size_t most_files() const override { return 1000; }
  [[nodiscard]] std::string ageing(const LoadFile& file) const override;
  [[nodiscard]] std::string too_old(const LoadFile& file) const override;

 private:
  /// The last statement. What it has cost is told once, and again as long as it is asked for: the commit of it may have
  /// failed.
  struct Running {
    std::string handle;
    Timestamp since;  ///< when it was submitted
    Timestamp seen;   ///< when it was last known to run
    std::optional<std::vector<UsageAmount>> cost = std::nullopt;
  };
  struct Looked {
    LoadProgress progress;
    bool has_asked = false;  ///< the warehouse, behind the statement
  };
  /// Remembers the handle when it is another one.
  Running running(const std::string& handle, Timestamp since) FIRN_EXCLUDES(mutex_);
  void seen(const std::string& handle, Timestamp at) FIRN_EXCLUDES(mutex_);
  /// What the warehouse is charged for the statement, which was found at its end at `found`.
  std::vector<UsageAmount> cost(const LoadJob& job, const Running& statement, Timestamp found, bool has_asked)
      FIRN_EXCLUDES(mutex_);
  /// The job's files without those that were submitted before and of which the table has rows: Snowflake's memory of
  /// them ends after 64 days, and when somebody empties the table and brings its rows back.
  Result<std::vector<LoadFile>> not_arrived(const LoadJob& job);
  Result<Looked> finish(const LoadJob& job, const SqlRows& rows);
  /// Adds what is known of the files that have no report; the state is kForgotten when nothing is known of one.
  Result<Looked> complete(const LoadJob& job, LoadProgress progress);
  void suspend_warehouse(const std::string& batch);
  /// poll() without what it has used.
  Result<Looked> look(const LoadJob& job, const std::string& handle);

  SqlClient& sql_;
  WarehouseMeter& meter_;
  Mutex mutex_;
  Running running_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
