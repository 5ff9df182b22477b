#include "load/snowflake/usage_views.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "load/snowflake/snowflake_error.h"

namespace firn {
namespace {

constexpr Duration kPatience = std::chrono::minutes(1);
constexpr std::uint64_t kLimitSeconds = 60;
constexpr double kMost = 1e18;

std::string within(const ReportedDays& days) {
  return fmt::format("START_TIME >= {} AND START_TIME < {}", sql_time(days.begin), sql_time(days.end));
}

Result<double> amount(const SqlRows& rows, std::size_t row, std::string_view column) {
  const std::string text = rows.text(row, column);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!text.empty() && (error != std::errc() || end != text.data() + text.size() || !(std::abs(value) < kMost))) {
    return fail(Error{ErrorKind::kUnavailable, "read usage that Snowflake reports", std::string(column),
                      "it is no number", ""});
  }
  return value;
}

Result<ReportedUse> sum_of(const SqlRows& rows) {
  ReportedUse sum;
  sum.objects = rows.rows.size();
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    FIRN_ASSIGN(const double credits, amount(rows, i, "CREDITS"));
    FIRN_ASSIGN(const double bytes, amount(rows, i, "BYTES"));
    sum.credits += credits;
    sum.bytes += static_cast<std::uint64_t>(std::max(0.0, bytes));
  }
  return sum;
}

}  // namespace

UsageViews::UsageViews(SqlClient& sql, SqlSession session) : sql_(sql), session_(std::move(session)) {}

ReportedDays UsageViews::days(Timestamp since, Timestamp now) {
  using std::chrono::ceil;
  using std::chrono::days;
  using std::chrono::floor;
  return {std::max<Timestamp>(floor<days>(since), ceil<days>(now - kRetention)), floor<days>(now - kLatency)};
}

Result<ReportedUse> UsageViews::of_pipe(const SnowflakePlace& place, const ReportedDays& days) {
  // The documentation says "name of the pipe", and both spellings are told of.
  const std::string text = fmt::format(
      "SELECT PIPE_ID, SUM(CREDITS_USED) AS CREDITS, SUM(BYTES_BILLED) AS BYTES FROM "
      "SNOWFLAKE.ACCOUNT_USAGE.PIPE_USAGE_HISTORY WHERE PIPE_NAME IN ({}, {}) AND {} GROUP BY PIPE_ID",
      sql_text(place.pipe), sql_text(sql_name(place, place.pipe)), within(days));
  FIRN_ASSIGN(const SqlRows rows, ask(text));
  return sum_of(rows);
}

Result<ReportedUse> UsageViews::of_warehouse(const std::string& warehouse, const ReportedDays& days) {
  const std::string text = fmt::format(
      "SELECT WAREHOUSE_ID, SUM(CREDITS_USED_COMPUTE) AS CREDITS FROM "
      "SNOWFLAKE.ACCOUNT_USAGE.WAREHOUSE_METERING_HISTORY WHERE WAREHOUSE_NAME = {} AND {} GROUP BY WAREHOUSE_ID",
      sql_text(warehouse), within(days));
  FIRN_ASSIGN(const SqlRows rows, ask(text));
  return sum_of(rows);
}

Result<SqlRows> UsageViews::ask(const std::string& text) {
  const SqlStatement statement{text, session_.role, session_.warehouse, "", "", "firn costs", kLimitSeconds};
  auto rows = sql_.run(statement, kPatience);
  if (!rows && is_missing_grant(rows.error())) {
    rows.error().hint =
        fmt::format("run as ACCOUNTADMIN: GRANT DATABASE ROLE {} TO ROLE {}", kDatabaseRole, sql_name(session_.role));
  }
  return rows;
}

}  // namespace firn
