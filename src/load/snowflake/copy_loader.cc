#include "load/snowflake/copy_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "load/price/load_time.h"

namespace firn {
namespace {

constexpr Duration kPatience = std::chrono::minutes(1);
constexpr std::uint64_t kLongestCopySeconds = 4 * 3600;
// COPY knows for 64 days which files it has loaded ("Load metadata" in the Snowflake documentation). Well before, a
// person is told, and the table is asked before a file is submitted again.
constexpr Duration kMemory = std::chrono::days(64);
constexpr Duration kAgeing = std::chrono::days(45);
constexpr Duration kBefore = std::chrono::hours(1);
// A statement is looked at every 5 seconds at least, while nothing stands still.
constexpr Duration kUsualGap = std::chrono::seconds(10);
constexpr Duration kHistory = std::chrono::days(13);  // COPY_HISTORY goes back 14 and refuses more

/// Nobody has looked from `seen` until `found`, and Snowflake does not say when a statement has ended: as long as its
/// bytes let expect, but not less than it was seen to run.
Timestamp likely_end(const LoadJob& job, Timestamp since, Timestamp seen, Timestamp found) {
  constexpr LoadSpeed kAssumed;
  double bytes = 0;
  for (const LoadFile& file : job.files) {
    bytes += static_cast<double>(file.bytes_uncompressed);
  }
  const double seconds =
      kAssumed.resume_seconds + kAssumed.statement_seconds + bytes / 1e9 * seconds_per_gigabyte(kAssumed);
  return std::clamp(since + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)), seen, found);
}

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
  if (target_.session.warehouse.empty()) {
    return fail(Error{ErrorKind::kConfiguration, "load into", sql_name(target_.place, target_.place.table),
                      "its chunks go by COPY, and its connection has no warehouse",
                      "set `warehouse` in the section [connection.NAME] that is the repeater's destination. To load by "
                      "Snowpipe and do without, `firn drain` the repeater before, then take it out and restart"});
  }
  FIRN_TRY(check_repeat(job));
  const Timestamp begin = clock_.now();
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
  FIRN_ASSIGN(SqlProgress progress, sql_.submit(statement, job.request_id, job.is_repeat));
  if (progress.state == SqlState::kFailed) {
    return fail(*std::move(progress.failure));
  }
  running(progress.handle, begin);
  return std::move(progress.handle);
}

Result<std::vector<LoadFile>> CopyLoader::not_arrived(const LoadJob& job) {
  std::vector<LoadFile> ask;
  std::ranges::copy_if(job.files, std::back_inserter(ask),
                       [](const LoadFile& file) { return file.first_submitted_at.has_value(); });
  if (ask.empty()) {
    return job.files;
  }
  FIRN_ASSIGN(const auto arrived, history_.count_rows(ask, job.batch));
  return unreported(job, arrived);
}

CopyLoader::Running CopyLoader::running(const std::string& handle, Timestamp since) {
  const MutexLock lock(mutex_);
  if (running_.handle != handle) {
    running_ = {handle, since, since};
  }
  return running_;
}

void CopyLoader::seen(const std::string& handle, Timestamp at) {
  const MutexLock lock(mutex_);
  if (running_.handle == handle) {
    running_.seen = std::max(running_.seen, at);
  }
}

std::vector<UsageAmount> CopyLoader::cost(const LoadJob& job, const Running& statement, Timestamp found,
                                          bool has_asked) {
  if (statement.cost) {
    return *statement.cost;
  }
  const Timestamp now = clock_.now();
  std::vector<UsageAmount> used;
  if (found - statement.seen <= kUsualGap) {
    used = meter_.add({statement.since, now});
  } else {
    used = meter_.add({statement.since, likely_end(job, statement.since, statement.seen, found)});
    if (has_asked) {
      std::ranges::copy(meter_.add({found, now}), std::back_inserter(used));
    }
  }
  const MutexLock lock(mutex_);
  running_.cost = used;
  return used;
}

Result<LoadProgress> CopyLoader::poll(const LoadJob& job, const std::string& handle) {
  const Timestamp begin = clock_.now();
  const Running statement = running(handle, std::min(job.submitted_at, begin));
  FIRN_ASSIGN(Looked looked, look(job, handle));
  LoadProgress& progress = looked.progress;
  if (progress.state == LoadState::kRunning) {
    seen(handle, begin);
    return std::move(progress);
  }
  progress.used = loaded_usage(UsageItem::kCopyBytes, job, progress);
  if (!progress.reason || progress.reason->kind != ErrorKind::kPermission) {  // then no warehouse was woken
    std::ranges::copy(cost(job, statement, begin, looked.has_asked), std::back_inserter(progress.used));
  }
  return std::move(progress);
}

Result<CopyLoader::Looked> CopyLoader::look(const LoadJob& job, const std::string& handle) {
  if (handle == job.request_id) {
    return complete(job, {LoadState::kDone, {}, {}, false});
  }
  FIRN_ASSIGN(SqlProgress progress, sql_.poll(handle));
  switch (progress.state) {
    case SqlState::kRunning:
      return Looked{};
    case SqlState::kFailed:
      return Looked{refused(*std::move(progress.failure))};
    case SqlState::kDone:
      return finish(job, progress.rows);
    case SqlState::kUnknown:
      break;
  }
  return complete(job, {LoadState::kDone, {}, {}, false});
}

Result<CopyLoader::Looked> CopyLoader::finish(const LoadJob& job, const SqlRows& rows) {
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

Result<CopyLoader::Looked> CopyLoader::complete(const LoadJob& job, LoadProgress progress) {
  const auto unknown = unreported(job, progress.files);
  const bool has_asked = !unknown.empty();
  if (has_asked) {
    const Timestamp since = std::max(job.submitted_at - kBefore, clock_.now() - kHistory);
    FIRN_ASSIGN(auto reports, history_.look_up(unknown, since, job.batch));
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
  return Looked{std::move(progress), has_asked};
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
