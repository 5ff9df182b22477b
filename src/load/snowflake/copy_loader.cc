#include "load/snowflake/copy_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace firn {
namespace {

constexpr Duration kPatience = std::chrono::minutes(1);
constexpr std::uint64_t kLongestCopySeconds = 4 * 3600;
// COPY knows for 64 days which files it has loaded ("Load metadata" in the Snowflake documentation). Well before, a
// person is told, and the table is asked before a file is submitted again.
constexpr Duration kMemory = std::chrono::days(64);
constexpr Duration kAgeing = std::chrono::days(45);
constexpr Duration kBefore = std::chrono::hours(1);
constexpr Duration kHistory = std::chrono::days(13);  // COPY_HISTORY goes back 14 and refuses more

/// The last report about a file counts.
void take(LoadProgress& progress, std::vector<FileReport> reports) {
  for (FileReport& report : reports) {
    const auto found = std::ranges::find(progress.files, report.key, &FileReport::key);
    if (found == progress.files.end()) {
      progress.files.push_back(std::move(report));
    } else {
      *found = std::move(report);
    }
  }
}

/// The statement is one transaction: no file of it is in the table. What no setting explains may be a file's doing.
LoadProgress refused(Error why) {
  const bool may_be_a_file = why.kind == ErrorKind::kConfiguration || why.kind == ErrorKind::kNotFound;
  if (may_be_a_file) {
    why.kind = ErrorKind::kUnavailable;  // each try may wake a warehouse: with growing pauses
  }
  return {LoadState::kForgotten, {}, std::move(why), may_be_a_file};
}

}  // namespace

CopyLoader::CopyLoader(SqlClient& sql, const Clock& clock, Target target, WarehouseMeter& meter)
    : SnowflakeLoader(sql, clock, std::move(target)), sql_(sql), meter_(meter) {}

Result<std::string> CopyLoader::submit(const LoadJob& job) {
  FIRN_TRY(check_repeat(job));
  FIRN_ASSIGN(const auto files, not_arrived(job));
  if (files.empty()) {
    return job.request_id;  // no statement: poll() finds the proof in the table
  }
  const SqlStatement statement{copy_files_sql(job.table, target_.place, files),
                               target_.session.role,
                               target_.session.warehouse,
                               target_.place.database,
                               target_.place.schema,
                               job.batch,
                               kLongestCopySeconds};
  const Timestamp begin = clock_.now();
  FIRN_ASSIGN(SqlProgress progress, sql_.submit(statement, job.request_id, job.is_repeat));
  if (progress.state == SqlState::kFailed) {
    return fail(*std::move(progress.failure));
  }
  begun(progress.handle, begin);
  return std::move(progress.handle);
}

Result<std::vector<LoadFile>> CopyLoader::not_arrived(const LoadJob& job) {
  std::vector<LoadFile> ask;
  std::ranges::copy_if(job.files, std::back_inserter(ask),
                       [this](const LoadFile& file) { return file.first_submitted_at && !ageing(file).empty(); });
  if (ask.empty()) {
    return job.files;
  }
  FIRN_ASSIGN(const auto arrived, history_.count_rows(ask, job.batch));
  return unreported(job, arrived);
}

Timestamp CopyLoader::begun(const std::string& handle, Timestamp at) {
  const MutexLock lock(mutex_);
  if (running_.handle != handle) {
    running_ = {handle, at};
  }
  return running_.since;
}

Result<LoadProgress> CopyLoader::poll(const LoadJob& job, const std::string& handle) {
  const Timestamp since = begun(handle, clock_.now());
  FIRN_ASSIGN(LoadProgress progress, look(job, handle));
  if (progress.state != LoadState::kRunning) {
    progress.used = loaded_usage(UsageItem::kCopyBytes, job, progress);
    if (!progress.reason || progress.reason->kind != ErrorKind::kPermission) {  // then no warehouse was woken
      meter_.add(handle, {since, clock_.now()}, progress.used);
    }
  }
  return progress;
}

Result<LoadProgress> CopyLoader::look(const LoadJob& job, const std::string& handle) {
  if (handle == job.request_id) {
    return complete(job, {LoadState::kDone, {}, {}, false});
  }
  FIRN_ASSIGN(SqlProgress progress, sql_.poll(handle));
  switch (progress.state) {
    case SqlState::kRunning:
      return LoadProgress{};
    case SqlState::kFailed:
      return refused(*std::move(progress.failure));
    case SqlState::kDone:
      return finish(job, progress.rows);
    case SqlState::kUnknown:
      break;
  }
  return complete(job, {LoadState::kDone, {}, {}, false});
}

Result<LoadProgress> CopyLoader::finish(const LoadJob& job, const SqlRows& rows) {
  LoadProgress progress{LoadState::kDone, {}, {}, false};
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    const LoadFile* file = file_at_path(job.files, rows.text(i, "file"));
    const auto status = file_status(rows.text(i, "status"));
    if (file != nullptr && status) {
      take(progress, {{file->key, *status, rows.number(i, "rows_loaded"), without_values(rows.text(i, "first_error")),
                       rows.number(i, "first_error_line")}});
    }
  }
  return complete(job, std::move(progress));
}

Result<LoadProgress> CopyLoader::complete(const LoadJob& job, LoadProgress progress) {
  if (auto rest = unreported(job, progress.files); !rest.empty()) {
    const Timestamp since = std::max(job.submitted_at - kBefore, clock_.now() - kHistory);
    FIRN_ASSIGN(auto reports, history_.look_up(rest, since, job.batch));
    take(progress, std::move(reports));
  }
  if (auto rest = unreported(job, progress.files); !rest.empty()) {
    FIRN_ASSIGN(auto reports, history_.count_rows(rest, job.batch));
    take(progress, std::move(reports));
  }
  if (const auto rest = unreported(job, progress.files); !rest.empty()) {
    progress.state = LoadState::kForgotten;
    progress.at_file = true;
    progress.reason = Error{ErrorKind::kUnavailable, "load", rest.front().key.str(),
                            fmt::format("Snowflake says nothing about {} of {} files, and has no rows of them",
                                        rest.size(), job.files.size()),
                            "they are asked for again, under the same names"};
  }
  if (meter_.is_dedicated()) {
    suspend_warehouse(job.batch);
  }
  return progress;
}

/// It may be suspended already, which is an error there and none here.
void CopyLoader::suspend_warehouse(const std::string& batch) {
  static_cast<void>(sql_.run({fmt::format("ALTER WAREHOUSE {} SUSPEND", sql_name(target_.session.warehouse)),
                              target_.session.role, "", "", "", batch, 60},
                             kPatience));
}

std::string CopyLoader::ageing(const LoadFile& file) const {
  if (!file.staged_at || clock_.now() - *file.staged_at < kAgeing) {
    return "";
  }
  return fmt::format(
      "{} was staged on {} and is not proven loaded; on {} COPY will have forgotten whether it has loaded it, and the "
      "chunk goes to quarantine. Until then it is submitted again only when the table has no row of it",
      file.key.str(), format_timestamp(*file.staged_at), format_timestamp(*file.staged_at + kMemory));
}

std::string CopyLoader::too_old(const LoadFile& file) const {
  if (!file.staged_at || clock_.now() - *file.staged_at < kMemory) {
    return "";
  }
  return fmt::format(
      "it was staged on {}, and COPY forgets after 64 days which files it has loaded: it is not submitted blindly; "
      "`firn quarantine retry --chunk` asks the table first",
      format_timestamp(*file.staged_at));
}

}  // namespace firn
