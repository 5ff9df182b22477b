#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "load/snowflake/load_history.h"
#include "load/snowflake/snowflake_sql.h"
#include "load/snowflake/sql_client.h"
#include "load/snowflake/table_guard.h"
#include "model/loader.h"

namespace firn {

/// What both ways of loading into Snowflake have in common: the look at the table beforehand, and the questions
/// afterwards.
class SnowflakeLoader : public Loader {
 public:
  struct Target {
    SqlSession session;
    SnowflakePlace place;
    std::string owner;  ///< the data directory
  };

  Status check(const LoadJob& job) final { return guard_.check(job); }
  Result<std::uint64_t> count(const TableDefinition& /*table*/) final { return history_.count(); }
  Result<std::vector<Position>> arrived(const TableDefinition& /*table*/, const ObjectKey& key) final {
    return history_.arrived(key);
  }
  Result<std::vector<FileRows>> rows_by_file(const TableDefinition& /*table*/, const std::string& prefix) final {
    return history_.rows_by_file(prefix);
  }

 protected:
  /// What the reports mean for the bill; `bytes` is what those of loaded files count as.
  static std::vector<UsageAmount> loaded_usage(UsageItem bytes, const LoadJob& job, const LoadProgress& progress);

  SnowflakeLoader(SqlClient& sql, const Clock& clock, Target target)
      : clock_(clock),
        target_(std::move(target)),
        history_(sql, target_.session, target_.place),
        guard_(sql, clock, target_.session, target_.place, target_.owner) {}

  /// The look of check() once more, before a request that may be old.
  Status check_repeat(const LoadJob& job) { return job.is_repeat ? guard_.check(job) : Status(); }

  const Clock& clock_;
  const Target target_;
  LoadHistory history_;

 private:
  TableGuard guard_;
};

}  // namespace firn
