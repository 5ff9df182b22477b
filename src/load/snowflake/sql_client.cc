#include "load/snowflake/sql_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii_text.h"
#include "base/url.h"
#include "load/request_id.h"
#include "load/snowflake/json_answer.h"
#include "load/snowflake/snowflake_error.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr std::string_view kPath = "/api/v2/statements";
constexpr std::size_t kLongestStatement = 1'000'000;  // "Query size limits" in the Snowflake documentation
constexpr std::size_t kMostPartitions = 1000;
constexpr Duration kTimeout = std::chrono::seconds(60);  // Snowflake answers within 45
constexpr Duration kFirstPause = std::chrono::milliseconds(200);
constexpr Duration kLongestPause = std::chrono::seconds(5);

Error not_understood(const std::string& handle, std::string what) {
  return {ErrorKind::kUnavailable, "read Snowflake's answer about", handle, std::move(what), ""};
}

void set_unless_empty(json::object& body, std::string_view name, const std::string& value) {
  if (!value.empty()) {
    body[name] = value;
  }
}

json::object body_of(const SqlStatement& statement) {
  json::object body{{"statement", statement.text}};
  set_unless_empty(body, "role", statement.role);
  set_unless_empty(body, "warehouse", statement.warehouse);
  set_unless_empty(body, "database", statement.database);
  set_unless_empty(body, "schema", statement.schema);
  if (statement.limit_seconds > 0) {
    body["timeout"] = statement.limit_seconds;
  }
  json::object parameters{{"timezone", "UTC"}};
  set_unless_empty(parameters, "query_tag", statement.query_tag);
  body["parameters"] = std::move(parameters);
  return body;
}

bool add_row(const json::value& row, SqlRows& rows) {
  const auto* values = row.if_array();
  if (values == nullptr || values->size() != rows.columns.size()) {
    return false;
  }
  auto& added = rows.rows.emplace_back();
  for (const json::value& value : *values) {
    if (value.is_null()) {
      added.emplace_back();
    } else if (const auto* text = value.if_string()) {
      added.emplace_back(std::string(*text));
    } else {
      return false;
    }
  }
  return true;
}

bool add_rows(const json::value& answer, SqlRows& rows) {
  const auto* data = list_member(answer, "data");
  return data != nullptr && std::ranges::all_of(*data, [&](const json::value& row) { return add_row(row, rows); });
}

bool read_columns(const json::value& metadata, SqlRows& rows) {
  const auto* types = list_member(metadata, "rowType");
  if (types == nullptr) {
    return false;
  }
  for (const json::value& type : *types) {
    rows.columns.push_back(text_member(type, "name"));
  }
  return true;
}

}  // namespace

std::optional<std::size_t> SqlRows::find(std::string_view column) const {
  const auto found =
      std::ranges::find_if(columns, [&](const std::string& each) { return equal_ignoring_case(each, column); });
  return found == columns.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - columns.begin()));
}

std::string SqlRows::text(std::size_t row, std::string_view column) const {
  const auto at = find(column);
  return at && row < rows.size() ? rows[row][*at].value_or("") : std::string();
}

std::uint64_t SqlRows::number(std::size_t row, std::string_view column) const {
  const std::string digits = text(row, column);
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

SqlClient::SqlClient(SnowflakeTransport& transport, std::function<void(Duration)> pause)
    : transport_(transport), pause_(std::move(pause)) {}

Result<SqlProgress> SqlClient::submit(const SqlStatement& statement, const std::string& request_id, bool is_repeat) {
  return send(statement, fmt::format("requestId={}{}&async=true", request_id, is_repeat ? "&retry=true" : ""));
}

Result<SqlProgress> SqlClient::send(const SqlStatement& statement, const std::string& query) {
  if (statement.text.size() > kLongestStatement) {
    return fail(Error{ErrorKind::kInvalidInput, "submit", statement.query_tag,
                      fmt::format("the statement has {} bytes; Snowflake takes 1 MB", statement.text.size()), ""});
  }
  HttpCall call;
  call.method = "POST";
  call.url = fmt::format("{}?{}", kPath, query);
  call.headers = {{"Content-Type", "application/json"}};
  call.body = json::serialize(body_of(statement));
  call.timeout = kTimeout;
  FIRN_ASSIGN(const HttpReply reply, transport_.send(std::move(call)));
  return read(reply, "");
}

Result<SqlProgress> SqlClient::poll(const std::string& handle) {
  HttpCall call;
  call.url = fmt::format("{}/{}", kPath, percent_encode(handle));
  call.timeout = kTimeout;
  FIRN_ASSIGN(const HttpReply reply, transport_.send(std::move(call)));
  return read(reply, handle);
}

Status SqlClient::cancel(const std::string& handle) {
  HttpCall call;
  call.method = "POST";
  call.url = fmt::format("{}/{}/cancel", kPath, percent_encode(handle));
  FIRN_ASSIGN(const HttpReply reply, transport_.send(std::move(call)));
  const SnowflakeRefusal refusal = read_refusal(reply);
  const bool is_over = reply.status == 404 || refusal.code == "000709" || refusal.code == "000605";
  if (reply.status != 200 && !is_over) {
    return fail(snowflake_error(refusal, "cancel", handle));
  }
  return {};
}

Result<SqlProgress> SqlClient::read(const HttpReply& reply, const std::string& handle) {
  const json::value answer = parse_answer(reply.body);
  SqlProgress progress;
  progress.handle = handle.empty() ? text_member(answer, "statementHandle") : handle;
  switch (reply.status) {
    case 200: {
      FIRN_ASSIGN(progress.rows, read_rows(answer, progress.handle));
      progress.state = SqlState::kDone;
      return progress;
    }
    case 202:
      if (progress.handle.empty()) {
        return fail(not_understood("a statement", "it has no handle"));
      }
      return progress;
    case 408:
    case 422:
      progress.state = SqlState::kFailed;
      progress.failure =
          snowflake_error(refusal_in(reply.status, answer), "run statement in Snowflake", progress.handle);
      return progress;
    case 404:
      if (!handle.empty()) {
        progress.state = SqlState::kUnknown;
        return progress;
      }
      break;
    default:
      break;
  }
  return fail(snowflake_error(refusal_in(reply.status, answer),
                              handle.empty() ? "submit statement to" : "ask about statement at",
                              handle.empty() ? transport_.url() : handle));
}

Result<SqlRows> SqlClient::read_rows(const json::value& answer, const std::string& handle) {
  const json::value* metadata = find_member(answer, "resultSetMetaData");
  SqlRows rows;
  if (metadata == nullptr || !read_columns(*metadata, rows) || !add_rows(answer, rows)) {
    return fail(not_understood(handle, "it is no result set"));
  }
  const auto* partitions = list_member(*metadata, "partitionInfo");
  const std::size_t count = partitions == nullptr ? 1 : partitions->size();
  if (count > kMostPartitions) {
    return fail(not_understood(handle, fmt::format("it has {} parts", count)));
  }
  for (std::size_t partition = 1; partition < count; ++partition) {
    FIRN_TRY(add_partition(handle, partition, rows));
  }
  return rows;
}

Status SqlClient::add_partition(const std::string& handle, std::size_t partition, SqlRows& rows) {
  HttpCall call;
  call.url = fmt::format("{}/{}?partition={}", kPath, percent_encode(handle), partition);
  call.timeout = kTimeout;
  FIRN_ASSIGN(const HttpReply reply, transport_.send(std::move(call)));
  if (reply.status != 200) {
    return fail(snowflake_error(read_refusal(reply), "read the answer of statement", handle));
  }
  if (!add_rows(parse_answer(reply.body), rows)) {
    return fail(not_understood(handle, fmt::format("its part {} is no list of rows", partition)));
  }
  return {};
}

Result<SqlRows> SqlClient::run(const SqlStatement& statement, Duration limit) {
  // Without async the answer comes at once, unless it takes longer than 45 seconds.
  FIRN_ASSIGN(SqlProgress progress, send(statement, "requestId=" + make_request_id()));
  Duration waited{};
  for (Duration wait = kFirstPause; progress.state == SqlState::kRunning; wait = std::min(2 * wait, kLongestPause)) {
    if (waited >= limit) {
      FIRN_TRY(cancel(progress.handle));
      return fail(Error{ErrorKind::kUnavailable, "run statement in Snowflake", progress.handle,
                        fmt::format("it was not done after {}", format_duration(limit)), ""});
    }
    pause_(wait);
    waited += wait;
    FIRN_ASSIGN(progress, poll(progress.handle));
  }
  switch (progress.state) {
    case SqlState::kDone:
      return std::move(progress.rows);
    case SqlState::kFailed:
      return fail(*std::move(progress.failure));
    case SqlState::kRunning:
    case SqlState::kUnknown:
      break;
  }
  return fail(not_understood(progress.handle, "Snowflake does not know the statement any more"));
}

}  // namespace firn
