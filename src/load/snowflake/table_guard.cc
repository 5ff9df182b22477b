#include "load/snowflake/table_guard.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace firn {
namespace {

constexpr Duration kPatience = std::chrono::minutes(1);
constexpr std::uint64_t kLimitSeconds = 60;

Error guard_error(const std::string& object, std::string reason, std::string hint) {
  return {ErrorKind::kConfiguration, "load into", object, std::move(reason), std::move(hint)};
}

}  // namespace

std::optional<Timestamp> parse_sql_time(std::string_view text) {
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end == text.data() || !std::isfinite(seconds) || std::abs(seconds) > 1e11) {
    return std::nullopt;
  }
  return timestamp_from_micros(std::llround(seconds * 1e6));
}

TableGuard::TableGuard(SqlClient& sql, SqlSession session, SnowflakePlace place, std::string owner)
    : sql_(sql), session_(std::move(session)), place_(std::move(place)), owner_(std::move(owner)) {}

Status TableGuard::check(const LoadJob& job) {
  FIRN_ASSIGN(const Object table, show("TABLE", place_.table, job.batch));
  FIRN_TRY(check_owner(table, place_.table));
  FIRN_TRY(check_age(table, place_.table, job));
  if (table.is_empty && job.has_loaded_before) {
    return fail(guard_error(
        sql_name(place_, place_.table), "the table is empty, although rows of this repeater were proven to be in it",
        "somebody emptied it (TRUNCATE makes Snowflake forget which files it has loaded): restore the rows with Time "
        "Travel, or give the repeater a new table"));
  }
  if (place_.pipe.empty()) {
    return {};
  }
  FIRN_ASSIGN(const Object pipe, show("PIPE", place_.pipe, job.batch));
  FIRN_TRY(check_owner(pipe, place_.pipe));
  return check_age(pipe, place_.pipe, job);
}

Result<TableGuard::Object> TableGuard::show(const std::string& kind, const std::string& name,
                                            const std::string& batch) {
  const std::string text = fmt::format("SHOW {}S LIKE {} IN SCHEMA {}.{}", kind, sql_text(name),
                                       sql_name(place_.database), sql_name(place_.schema));
  FIRN_ASSIGN(const SqlRows rows,
              sql_.run({text, session_.role, "", place_.database, place_.schema, batch, kLimitSeconds}, kPatience));
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    if (rows.text(i, "name") != name) {
      continue;  // LIKE takes `_` for any character, and does not tell capital letters from small ones
    }
    const auto created = parse_sql_time(rows.text(i, "created_on"));
    if (!created) {
      return fail(Error{ErrorKind::kUnavailable, "look at", sql_name(place_, name),
                        "Snowflake does not say when it was made", ""});
    }
    return Object{kind, *created, owner_of_comment(rows.text(i, "comment")), rows.text(i, "rows") == "0"};
  }
  return fail(
      Error{ErrorKind::kPermission, "load into", sql_name(place_, name),
            "there is no such " + std::string(kind == "PIPE" ? "pipe" : "table") + ", or the role may not see it",
            "`firn setup snowflake` prints the statements that make it and its grants"});
}

Status TableGuard::check_owner(const Object& object, const std::string& name) const {
  if (object.owner.empty() || object.owner == owner_) {
    return {};
  }
  return fail(guard_error(sql_name(place_, name),
                          fmt::format("it belongs to another data directory of Firn ({})", object.owner),
                          "two that fill one table would load rows twice: give this repeater a table of its own"));
}

Status TableGuard::check_age(const Object& object, const std::string& name, const LoadJob& job) const {
  for (const LoadFile& file : job.files) {
    if (file.first_submitted_at && *file.first_submitted_at < object.created) {
      return fail(guard_error(
          sql_name(place_, name),
          fmt::format(
              "it was made again on {}, after {} was submitted to it on {}: what it knew of loaded files is gone",
              format_timestamp(object.created), file.key.str(), format_timestamp(*file.first_submitted_at)),
          "look with `firn audit` at what arrived; then give the repeater a new table, or retry its chunks one by "
          "one"));
    }
  }
  return {};
}

}  // namespace firn
