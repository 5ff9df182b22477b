#include "load/snowflake/table_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firn {
namespace {

constexpr Duration kPatience = std::chrono::minutes(1);
// Rows that are younger are not removed in the usual course of things.
constexpr Duration kYoung = std::chrono::days(14);
constexpr Duration kBetweenLooks = std::chrono::hours(1);
constexpr std::uint64_t kLimitSeconds = 60;

Error guard_error(const std::string& object, std::string reason, std::string hint) {
  return {ErrorKind::kConfiguration, "load into", object, std::move(reason), std::move(hint)};
}

bool is_again(const LoadJob& job) {
  const auto was_submitted = [](const LoadFile& file) { return file.first_submitted_at.has_value(); };
  return job.is_repeat || std::ranges::any_of(job.files, was_submitted);
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

TableGuard::TableGuard(SqlClient& sql, const Clock& clock, SqlSession session, SnowflakePlace place, std::string owner)
    : sql_(sql),
      session_(std::move(session)),
      place_(std::move(place)),
      owner_(std::move(owner)),
      clock_(clock),
      history_(sql_, session_, place_) {}

Status TableGuard::check(const LoadJob& job) {
  FIRN_ASSIGN(const Object table, show("TABLE", place_.table, job.batch));
  FIRN_TRY(check_owner(table, place_.table));
  FIRN_TRY(check_age(table, place_.table, job));
  if (place_.pipe.empty()) {
    return check_rows(table, job);
  }  // else TRUNCATE forgets nothing: the pipe has its own memory
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
    std::optional<std::uint64_t> count;
    if (!rows.text(i, "rows").empty()) {
      count = rows.number(i, "rows");
    }
    return Object{kind, *created, owner_of_comment(rows.text(i, "comment")), count};
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

/// Only files that this table can have had, and of which nobody removes rows in the usual course of things.
Status TableGuard::check_rows(const Object& table, const LoadJob& job) {
  if (!is_again(job) || !table.rows) {
    return {};
  }
  const Timestamp since = std::max(table.created, clock_.now() - kYoung);
  std::vector<VerifiedFile> files;
  std::ranges::copy_if(job.verified, std::back_inserter(files),
                       [since](const VerifiedFile& file) { return file.loaded_at >= since; });
  if (files.empty()) {
    return {};
  }
  const MutexLock lock(mutex_);
  const bool is_fresh = last_look_ && clock_.steady() - last_look_->at < kBetweenLooks;
  if (!is_fresh || *table.rows != last_look_->rows) {
    FIRN_ASSIGN(const bool emptied, is_emptied(*table.rows, files, job.batch));
    last_look_ = {clock_.steady(), *table.rows, emptied};
  }
  return last_look_->is_emptied ? fail(emptied(files)) : Status();
}

/// One row of them all is a sign that nobody has used TRUNCATE.
Result<bool> TableGuard::is_emptied(std::uint64_t total, const std::vector<VerifiedFile>& files,
                                    const std::string& batch) {
  if (total == 0) {
    return true;
  }
  std::vector<LoadFile> asked(files.size());
  std::ranges::transform(files, asked.begin(),
                         [](const VerifiedFile& file) { return LoadFile{file.key, "", file.rows}; });
  FIRN_ASSIGN(const auto found, history_.count_rows(asked, batch));
  return found.empty();
}

Error TableGuard::emptied(const std::vector<VerifiedFile>& files) const {
  const auto* newest = &*std::ranges::max_element(files, {}, &VerifiedFile::loaded_at);
  return guard_error(
      sql_name(place_, place_.table),
      fmt::format("of this repeater's newest {} files, whose rows were proven to be in it, no row is there now",
                  files.size()),
      fmt::format("somebody emptied it, and TRUNCATE makes Snowflake forget which files it has loaded. Bring the rows "
                  "back with Time Travel: INSERT INTO {0} SELECT * FROM {0} BEFORE (STATEMENT => '<id of the "
                  "TRUNCATE>'). When they were removed on purpose: firn goes on by itself on {1}",
                  sql_name(place_, place_.table), format_timestamp(newest->loaded_at + kYoung)));
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
