#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "load/snowflake/snowflake_sql.h"
#include "load/snowflake/sql_client.h"

namespace firn {

/// Whole days in UTC; nothing when `begin` is not before `end`.
struct ReportedDays {
  Timestamp begin;
  Timestamp end;
  [[nodiscard]] bool empty() const { return begin >= end; }
};

/// What Snowflake says that a pipe or a warehouse has used. All is 0 when it says nothing.
struct ReportedUse {
  double credits = 0;       ///< of compute; a warehouse's cloud services are not among them
  std::uint64_t bytes = 0;  ///< that a pipe is billed for
  std::size_t objects = 0;  ///< that have the name: a pipe that was made again, or others of other schemas, too
};

/// What Snowflake itself has metered, by the hour: the views PIPE_USAGE_HISTORY and WAREHOUSE_METERING_HISTORY of
/// SNOWFLAKE.ACCOUNT_USAGE ("Account Usage" in the Snowflake documentation). Each question needs a warehouse, and wakes
/// it. Threads: any.
class UsageViews {
 public:
  /// "Latency for the view may be up to 180 minutes".
  static constexpr Duration kLatency = std::chrono::hours(3);
  /// "within the last 365 days".
  static constexpr Duration kRetention = std::chrono::days(365);
  /// What lets a role read both views and no other kind of object: it shows the usage of the whole account.
  static constexpr const char* kDatabaseRole = "SNOWFLAKE.USAGE_VIEWER";

  /// `sql` must outlive it.
  UsageViews(SqlClient& sql, SqlSession session);

  /// The days since `since` of which the views know everything at `now`.
  static ReportedDays days(Timestamp since, Timestamp now);

  // Without the grant: kPermission, whose hint is the statement that mends it.
  Result<ReportedUse> of_pipe(const SnowflakePlace& place, const ReportedDays& days);
  Result<ReportedUse> of_warehouse(const std::string& warehouse, const ReportedDays& days);

 private:
  Result<SqlRows> ask(const std::string& text);

  SqlClient& sql_;
  const SqlSession session_;
};

}  // namespace firn
