#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "load/snowflake/snowflake_loader.h"
#include "load/snowflake/snowpipe_client.h"
#include "model/loader.h"

namespace firn {

/// Loads files with a pipe's REST interface: a request queues their names, and reports tell what became of each. The
/// cheapest proof first: insertReport, which knows the last ten minutes; then loadHistoryScan; then, where there is a
/// warehouse, COPY_HISTORY once an hour for all files together. Threads: any, one at a time for each table.
class PipeLoader final : public SnowflakeLoader {
 public:
  /// `sql` and `clock` must outlive the loader.
  PipeLoader(SnowpipeClient pipe, SqlClient& sql, const Clock& clock, Target target);

  Result<std::string> submit(const LoadJob& job) override;
  Result<LoadProgress> poll(const LoadJob& job, const std::string& handle) override;
  [[nodiscard]] std::size_t most_files() const override { return SnowpipeClient::kMostFiles; }
  [[nodiscard]] std::string ageing(const LoadFile& file) const override;
  [[nodiscard]] std::string too_old(const LoadFile& file) const override;

 private:
  /// What is remembered of the request that is polled; lost when the process ends, which costs a few questions more.
  struct Watch {
    std::string handle;
    std::string mark;          ///< of insertReport
    std::set<ObjectKey> told;  ///< files that the answer at `mark` told of
    Timestamp scanned_until;   ///< by loadHistoryScan
    Duration next_scan{};      ///< of the steady clock
    bool has_counted = false;  ///< the rows in the table, after a day
    Duration next_history{};   ///< likewise, for COPY_HISTORY
  };

  Result<LoadProgress> ask(const LoadJob& job, Watch& watch);
  [[nodiscard]] bool has_looked_everywhere(const Watch& watch) const;
  Status scan(const LoadJob& job, Watch& watch, LoadProgress& progress);
  Status ask_history(const LoadJob& job, Watch& watch, LoadProgress& progress);
  static void take(const LoadJob& job, const PipeReport& report, LoadProgress& progress);
  Watch& watch_of(const LoadJob& job, const std::string& handle) FIRN_REQUIRES(mutex_);

  SnowpipeClient pipe_;
  Mutex mutex_;
  Watch watch_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
