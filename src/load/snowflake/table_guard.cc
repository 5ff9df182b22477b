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
  FIRN_TRY(check_rows(table, job));
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

/// Only files that this table can have had: one that was made since is a new one.
Status TableGuard::check_rows(const Object& table, const LoadJob& job) {
  std::vector<VerifiedFile> files;
  std::ranges::copy_if(job.verified, std::back_inserter(files),
                       [&table](const VerifiedFile& file) { return file.loaded_at >= table.created; });
  if (files.empty() || !table.rows) {
    return {};
  }
  if (*table.rows == 0) {
    return fail(emptied("the table is empty, although rows of this repeater were proven to be in it"));
  }
  if (!is_again(job)) {
    return {};
  }
  if (!session_.warehouse.empty()) {
    Status fits = check_files(*table.rows, files, job.batch);
    if (fits || place_.pipe.empty() || fits.error().kind == ErrorKind::kConfiguration) {
      return fits;
    }  // else a pipe goes on without the warehouse
  }
  return check_total(*table.rows, files);
}

Status TableGuard::check_total(std::uint64_t total, const std::vector<VerifiedFile>& files) const {
  std::uint64_t rows = 0;
  for (const VerifiedFile& file : files) {
    rows += file.rows;
  }
  if (2 * total >= rows) {
    return {};
  }
  return fail(
      emptied(fmt::format("the table has {} rows, although {} rows of this repeater's newest {} files were proven to "
                          "be in it",
                          total, rows, files.size())));
}

Status TableGuard::check_files(std::uint64_t total, const std::vector<VerifiedFile>& files, const std::string& batch) {
  const MutexLock lock(mutex_);
  const bool is_fresh = last_look_ && clock_.steady() - last_look_->at < kBetweenLooks;
  const bool is_same = is_fresh && (last_look_->refusal ? total == last_look_->rows : total >= last_look_->rows);
  if (!is_same) {
    FIRN_ASSIGN(auto refusal, look_at_files(files, batch));
    last_look_ = {clock_.steady(), total, std::move(refusal)};
  }
  return last_look_->refusal ? fail(*last_look_->refusal) : Status();
}

/// A person may have removed single rows, and with them all of a small file: half of the files are no such case.
Result<std::optional<Error>> TableGuard::look_at_files(const std::vector<VerifiedFile>& files,
                                                       const std::string& batch) {
  std::vector<LoadFile> asked(files.size());
  std::ranges::transform(files, asked.begin(),
                         [](const VerifiedFile& file) { return LoadFile{file.key, "", file.rows}; });
  FIRN_ASSIGN(const auto found, history_.count_rows(asked, batch));
  const std::size_t gone = files.size() - std::min(files.size(), found.size());
  if (2 * gone < files.size()) {
    return std::nullopt;
  }
  return emptied(fmt::format(
      "of this repeater's newest {} files that were proven to be in it, {} have no row there now", files.size(), gone));
}

Error TableGuard::emptied(std::string reason) const {
  return guard_error(
      sql_name(place_, place_.table), std::move(reason),
      "somebody emptied it (TRUNCATE makes Snowflake forget which files it has loaded): restore the rows "
      "with Time Travel, or give the repeater a new table");
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
