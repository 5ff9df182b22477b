#include "load/duckdb/helper/operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "base/crash_point.h"
#include "load/duckdb/helper/database.h"
#include "load/duckdb/helper/sql.h"

namespace firn {
namespace {

Error failed_job(const HelperJob& job, const SqlFailure& failure) {
  return {ErrorKind::kUnavailable, "load into", job.table.table.str(), failure.message, {}};
}

std::uint64_t number_of(const std::optional<std::string>& cell) {
  std::uint64_t value = 0;
  if (cell) {
    std::from_chars(cell->data(), cell->data() + cell->size(), value);
  }
  return value;
}

FileReport loaded(const ObjectKey& key, std::uint64_t rows) { return {key, FileStatus::kLoaded, rows, {}}; }
FileReport refused(const ObjectKey& key, std::string why) { return {key, FileStatus::kFailed, 0, std::move(why)}; }

/// What the ledger has of this file; nothing when it was never loaded.
SqlResult<std::optional<FileReport>> earlier_report(Database& database, const HelperJob& job, const ObjectKey& key) {
  auto rows = database.query(ledger_query(key));
  if (!rows) {
    return std::unexpected(std::move(rows).error());
  }
  if (rows->empty()) {
    return std::nullopt;
  }
  const std::string table = rows->front().at(1).value_or("");
  if (table != job.table.table.str()) {
    return refused(key, fmt::format("a file of this name was loaded into the table {} before", table));
  }
  return loaded(key, number_of(rows->front().at(0)));
}

/// What keeps the file from being read at all: its report when it alone is missing, an error when its folder is too;
/// then the stage is not there, and nobody knows which of its files are.
SqlResult<std::optional<FileReport>> look_at_file(const LoadFile& file) {
  const std::filesystem::path path(file.location);
  std::error_code failed;
  const auto found = std::filesystem::status(path, failed);
  if (std::filesystem::is_regular_file(found)) {
    return std::nullopt;
  }
  if (found.type() != std::filesystem::file_type::not_found && !std::filesystem::exists(found)) {
    return std::unexpected(
        SqlFailure{true, fmt::format("cannot look at {}: {}", file.location, failed.message()), false});
  }
  if (std::filesystem::exists(found) || std::filesystem::is_directory(path.parent_path(), failed)) {
    return refused(file.key, fmt::format("there is no file {}", file.location));
  }
  return std::unexpected(SqlFailure{true, fmt::format("there is no folder {}", path.parent_path().string()), false});
}

/// Inside a transaction: the rows and the ledger's entry for them. A report that is not kLoaded is to be rolled back.
SqlResult<FileReport> insert_file(Database& database, const HelperJob& job, const LoadFile& file) {
  const auto inserted = database.run(insert_sql(job.table, file));
  if (!inserted) {
    return inserted.error().fatal ? SqlResult<FileReport>(std::unexpected(inserted.error()))
                                  : refused(file.key, inserted.error().message);
  }
  if (*inserted != file.rows) {
    return refused(file.key, fmt::format("the file has {} rows, its manifest says {}", *inserted, file.rows));
  }
  const auto noted = database.run(ledger_insert(job.table, file.key, *inserted));
  if (!noted) {
    return std::unexpected(noted.error());
  }
  return loaded(file.key, *inserted);
}

SqlResult<FileReport> load_file(Database& database, const HelperJob& job, const LoadFile& file) {
  auto earlier = earlier_report(database, job, file.key);
  if (!earlier) {
    return std::unexpected(std::move(earlier).error());
  }
  if (*earlier) {
    return std::move(**earlier);
  }
  auto unreadable = look_at_file(file);
  if (!unreadable) {
    return std::unexpected(std::move(unreadable).error());
  }
  if (*unreadable) {
    return std::move(**unreadable);
  }
  if (const auto begun = database.run("BEGIN TRANSACTION;"); !begun) {
    return std::unexpected(begun.error());
  }
  auto report = insert_file(database, job, file);
  const bool keep = report && report->status == FileStatus::kLoaded;
  const auto ended = database.run(keep ? "COMMIT;" : "ROLLBACK;");
  if (report && !ended) {
    return std::unexpected(ended.error());
  }
  if (keep) {
    crash_point("load.helper_committed");
  }
  return report;
}

/// Makes the table, its view and the ledger. kConfiguration: something else has the table's name.
Status prepare(Database& database, const HelperJob& job) {
  const auto created = database.run(create_sql(job.table));
  if (!created && created.error().fatal) {
    return fail(failed_job(job, created.error()));
  }
  const auto found = database.query("SELECT column_name FROM information_schema.columns WHERE table_name = " +
                                    quote_text(job.table.table.str()));
  if (!found) {
    return fail(failed_job(job, found.error()));
  }
  for (const Column& column : job.table.columns) {
    if (!found->empty() && std::ranges::none_of(*found, [&](const auto& row) { return row.at(0) == column.name; })) {
      const std::string reason = fmt::format("it is there already, without the column {}", column.name);
      return fail(Error{ErrorKind::kConfiguration, "load into", job.table.table.str(), reason, {}});
    }
  }
  return created ? Status() : fail(failed_job(job, created.error()));
}

Result<HelperReport> load(const HelperJob& job) {
  FIRN_ASSIGN(Database database, Database::open(job, Database::Access::kReadWrite));
  FIRN_TRY(prepare(database, job));
  HelperReport report;
  for (const LoadFile& file : job.files) {
    auto done = load_file(database, job, file);
    if (!done) {
      report.state = done.error().at_file ? HelperState::kStoppedAtFile : HelperState::kStopped;
      report.message = std::move(done).error().message;
      return report;
    }
    report.files.push_back(std::move(*done));
  }
  return report;
}

/// True when there is a table or view of that name.
Result<bool> has_table(Database& database, const HelperJob& job, const std::string& name) {
  const auto found = database.query("SELECT 1 FROM information_schema.tables WHERE table_name = " + quote_text(name));
  if (!found) {
    return fail(failed_job(job, found.error()));
  }
  return !found->empty();
}

Result<HelperReport> look(const HelperJob& job, const std::string& relation, const std::string& sql) {
  HelperReport report;
  std::error_code ignored;
  if (!std::filesystem::exists(job.database, ignored)) {
    return report;
  }
  FIRN_ASSIGN(Database database, Database::open(job, Database::Access::kReadOnly));
  FIRN_ASSIGN(const bool there, has_table(database, job, relation));
  if (!there) {
    return report;
  }
  const auto rows = database.query(sql);
  if (!rows) {
    return fail(failed_job(job, rows.error()));
  }
  if (job.operation == HelperOperation::kCount) {
    report.rows = number_of(rows->at(0).at(0));
    return report;
  }
  if (job.operation == HelperOperation::kArrived) {
    report.rows = rows->size();
    for (const auto& row : *rows) {
      report.positions.emplace_back(number_of(row.at(0)));
    }
    return report;
  }
  for (const auto& row : *rows) {
    report.latest.push_back(row.at(0).value_or("{}"));
  }
  return report;
}

Result<HelperReport> dispatch(const HelperJob& job) {
  const std::string& table = job.table.table.str();
  switch (job.operation) {
    case HelperOperation::kLoad:
      return load(job);
    case HelperOperation::kCount:
      return look(job, table, "SELECT count(*) FROM " + quote_name(table));
    case HelperOperation::kArrived:
      return job.files.empty() ? fail(Error{ErrorKind::kInvalidInput, "read", "job", "no file is named", {}})
                               : look(job, table, arrived_query(job.table, job.files.front().key));
    case HelperOperation::kLatest:
      return look(job, table + "_latest", latest_query(job.table, job.limit));
  }
  return fail(Error{ErrorKind::kInvalidInput, "read", "job", "unknown operation", {}});
}

}  // namespace

Result<HelperReport> do_job(const HelperJob& job) {
  auto report = dispatch(job);
  const bool busy = !report && report.error().kind == ErrorKind::kBusy;
  const bool refused = !report && report.error().kind == ErrorKind::kConfiguration;
  if (!busy && !refused) {
    return report;
  }
  HelperReport nothing_done;
  nothing_done.state = busy ? HelperState::kBusy : HelperState::kRefused;
  nothing_done.message = report.error().reason;
  return nothing_done;
}

}  // namespace firn
