#include "load/snowflake/load_history.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii_text.h"
#include "model/chunk.h"

namespace firn {
namespace {

constexpr Duration kPatience = std::chrono::minutes(5);
constexpr std::uint64_t kLimitSeconds = 300;

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string list_of_keys(const std::vector<LoadFile>& files) {
  std::vector<std::string> keys;
  for (const LoadFile& file : files) {
    keys.push_back(sql_text(file.key.str()));
  }
  return fmt::format("{}", fmt::join(keys, ", "));
}

}  // namespace

const LoadFile* file_at_path(const std::vector<LoadFile>& files, std::string_view path) {
  // The last part has the chunk's digest: no two files share it.
  const auto found =
      std::ranges::find_if(files, [&](const LoadFile& file) { return last_part(file.key.str()) == last_part(path); });
  return found == files.end() ? nullptr : &*found;
}

std::vector<LoadFile> unreported(const LoadJob& job, const std::vector<FileReport>& reports) {
  std::vector<LoadFile> files;
  std::ranges::copy_if(job.files, std::back_inserter(files), [&](const LoadFile& file) {
    return std::ranges::find(reports, file.key, &FileReport::key) == reports.end();
  });
  return files;
}

std::optional<FileStatus> file_status(std::string_view word) {
  std::string name = lower_ascii(word);
  std::ranges::replace(name, ' ', '_');
  if (name == "loaded") {
    return FileStatus::kLoaded;
  }
  if (name == "partially_loaded") {
    return FileStatus::kPartially;
  }
  return name == "load_failed" ? std::optional(FileStatus::kFailed) : std::nullopt;
}

LoadHistory::LoadHistory(SqlClient& sql, SqlSession session, SnowflakePlace place)
    : sql_(sql), session_(std::move(session)), place_(std::move(place)) {}

SqlStatement LoadHistory::statement(std::string text, const std::string& batch) const {
  return {std::move(text), session_.role, session_.warehouse, place_.database, place_.schema, batch, kLimitSeconds};
}

Result<std::vector<FileReport>> LoadHistory::look_up(const std::vector<LoadFile>& files, Timestamp since,
                                                     const std::string& batch) {
  std::vector<std::string> names;
  for (const LoadFile& file : files) {
    names.push_back(fmt::format("FILE_NAME LIKE {}", sql_text("%" + std::string(last_part(file.key.str())))));
  }
  const std::string text = fmt::format(
      "SELECT FILE_NAME, STATUS, ROW_COUNT, FIRST_ERROR_MESSAGE, FIRST_ERROR_LINE_NUMBER FROM "
      "TABLE(INFORMATION_SCHEMA.COPY_HISTORY(TABLE_NAME => {}, START_TIME => {})) WHERE {} ORDER BY "
      "LAST_LOAD_TIME",
      sql_text(sql_name(place_, place_.table)), sql_time(since), fmt::join(names, " OR "));
  FIRN_ASSIGN(const SqlRows rows, sql_.run(statement(text, batch), kPatience));
  std::vector<FileReport> reports;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    const LoadFile* file = file_at_path(files, rows.text(i, "FILE_NAME"));
    const auto status = file_status(rows.text(i, "STATUS"));
    if (file != nullptr && status) {
      reports.push_back({file->key, *status, rows.number(i, "ROW_COUNT"),
                         without_values(rows.text(i, "FIRST_ERROR_MESSAGE")),
                         rows.number(i, "FIRST_ERROR_LINE_NUMBER")});
    }
  }
  return reports;
}

Result<std::uint64_t> LoadHistory::count() {
  const std::string text = fmt::format("SELECT COUNT(*) AS N FROM {}", sql_name(place_, place_.table));
  FIRN_ASSIGN(const SqlRows rows, sql_.run(statement(text, "firn count"), kPatience));
  return rows.number(0, "N");
}

Result<std::vector<Position>> LoadHistory::arrived(const ObjectKey& key) {
  const std::string text = fmt::format("SELECT _POSITION FROM {} WHERE _FILE = {} ORDER BY _POSITION",
                                       sql_name(place_, place_.table), sql_text(key.str()));
  FIRN_ASSIGN(const SqlRows rows, sql_.run(statement(text, "firn quarantine retry"), kPatience));
  std::vector<Position> positions;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    positions.emplace_back(rows.number(i, "_POSITION"));
  }
  return positions;
}

Result<std::vector<FileRows>> LoadHistory::rows_by_file(const std::string& prefix) {
  const std::string text =
      fmt::format("SELECT _FILE, COUNT(*) AS FILE_ROWS FROM {} WHERE _FILE LIKE {} GROUP BY _FILE ORDER BY _FILE",
                  sql_name(place_, place_.table), sql_text(prefix + "%"));
  FIRN_ASSIGN(const SqlRows rows, sql_.run(statement(text, "firn audit"), kPatience));
  std::vector<FileRows> found;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    found.push_back({ObjectKey(rows.text(i, "_FILE")), rows.number(i, "FILE_ROWS")});
  }
  return found;
}

Result<std::vector<FileReport>> LoadHistory::count_rows(const std::vector<LoadFile>& files, const std::string& batch) {
  const std::string text = fmt::format("SELECT _FILE, COUNT(*) AS FILE_ROWS FROM {} WHERE _FILE IN ({}) GROUP BY _FILE",
                                       sql_name(place_, place_.table), list_of_keys(files));
  FIRN_ASSIGN(const SqlRows rows, sql_.run(statement(text, batch), kPatience));
  std::vector<FileReport> reports;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    if (const LoadFile* file = file_at_path(files, rows.text(i, "_FILE"))) {
      reports.push_back({file->key, FileStatus::kLoaded, rows.number(i, "FILE_ROWS"), "", 0});
    }
  }
  return reports;
}

}  // namespace firn
