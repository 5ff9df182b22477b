#include "load/snowflake/pipe_loader.h"

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

// A pipe knows for 14 days which names it has seen ("Introduction to Snowpipe"). Four days before, a person is told,
// and no name is given to it again.
constexpr Duration kMemory = std::chrono::days(14);
constexpr Duration kAgeing = std::chrono::days(10);
// insertReport goes back ten minutes, loadHistoryScan is to be asked for ten minutes every eight ("Snowpipe REST API").
constexpr Duration kReportWindow = std::chrono::minutes(10);
constexpr Duration kScanWindow = std::chrono::minutes(10);
constexpr Duration kBetweenScans = std::chrono::minutes(8);
constexpr Duration kBetweenHistories = std::chrono::hours(1);
constexpr Duration kPatience = std::chrono::days(1);
constexpr Duration kSlack = std::chrono::minutes(1);
constexpr Duration kFarBehind = std::chrono::hours(1);
constexpr Duration kHistory = std::chrono::days(13);  // COPY_HISTORY goes back 14 and refuses more

bool is_told(const LoadProgress& progress, const ObjectKey& key) {
  return std::ranges::find(progress.files, key, &FileReport::key) != progress.files.end();
}

Timestamp first_submission(const LoadJob& job) {
  Timestamp first = job.submitted_at;
  for (const LoadFile& file : job.files) {
    first = std::min(first, file.first_submitted_at.value_or(first));
  }
  return first;
}

}  // namespace

PipeLoader::PipeLoader(SnowpipeClient pipe, SqlClient& sql, const Clock& clock, Target target)
    : SnowflakeLoader(sql, clock, std::move(target)), pipe_(std::move(pipe)) {}

Result<std::string> PipeLoader::submit(const LoadJob& job) {
  FIRN_TRY(check_repeat(job));
  std::vector<PipeFile> files;
  for (const LoadFile& file : job.files) {
    if (ageing(file).empty()) {
      files.push_back({file.key.str(), file.bytes});
    }
  }
  if (!files.empty()) {
    FIRN_TRY(pipe_.insert_files(job.request_id, files));
  }
  return job.request_id;
}

PipeLoader::Watch& PipeLoader::watch_of(const LoadJob& job, const std::string& handle) {
  if (watch_.handle != handle) {
    watch_ = {};
    watch_.handle = handle;
    watch_.scanned_until = std::max(first_submission(job) - kSlack, clock_.now() - kHistory);
  }
  // What was told and is asked for again was not recorded: it must be told once more.
  const std::set<ObjectKey>& told = watch_.told;
  if (std::ranges::any_of(job.files, [&told](const LoadFile& file) { return told.contains(file.key); })) {
    watch_.mark.clear();
    watch_.told.clear();
  }
  return watch_;
}

Result<LoadProgress> PipeLoader::poll(const LoadJob& job, const std::string& handle) {
  const MutexLock lock(mutex_);
  Watch& watch = watch_of(job, handle);
  FIRN_ASSIGN(LoadProgress progress, ask(job, watch));
  for (const FileReport& report : progress.files) {
    watch.told.insert(report.key);
  }
  if (progress.files.size() == job.files.size()) {
    progress.state = LoadState::kDone;
  } else if (clock_.now() - job.submitted_at > kPatience && has_looked_everywhere(watch)) {
    progress.state = LoadState::kForgotten;
    progress.at_file = true;
    progress.reason =
        Error{ErrorKind::kUnavailable, "load", job.batch,
              fmt::format("the pipe has said nothing about {} of {} files for {}",
                          job.files.size() - progress.files.size(), job.files.size(), format_duration(kPatience)),
              "they are asked for again, under the same names"};
  }
  progress.used = loaded_usage(UsageItem::kSnowpipeBytes, job, progress);
  return progress;
}

/// Only then silence says something.
bool PipeLoader::has_looked_everywhere(const Watch& watch) const {
  return watch.scanned_until + kReportWindow >= clock_.now() &&
         (target_.session.warehouse.empty() || watch.has_counted);
}

Result<LoadProgress> PipeLoader::ask(const LoadJob& job, Watch& watch) {
  LoadProgress progress;
  FIRN_ASSIGN(const PipeReport report, pipe_.insert_report(watch.mark));
  watch.mark = report.next_mark;
  take(job, report, progress);
  if (progress.files.size() < job.files.size() && clock_.now() - job.submitted_at > kReportWindow) {
    Status asked = scan(job, watch, progress);
    if (asked) {
      asked = ask_history(job, watch, progress);
    }
    if (!asked && progress.files.empty()) {
      return fail(std::move(asked).error());  // else what is known goes first: it is told once
    }
  }
  return progress;
}

void PipeLoader::take(const LoadJob& job, const PipeReport& report, LoadProgress& progress) {
  for (const PipeFileReport& told : report.files) {
    const LoadFile* file = file_at_path(job.files, told.path);
    const auto status = file_status(told.status);
    if (file != nullptr && status && told.is_complete && !is_told(progress, file->key)) {
      progress.files.push_back(
          {file->key, *status, told.rows_inserted, without_values(told.first_error), told.first_error_line});
    }
  }
}

Status PipeLoader::scan(const LoadJob& job, Watch& watch, LoadProgress& progress) {
  const Timestamp now = clock_.now();
  if (clock_.steady() < watch.next_scan || watch.scanned_until >= now) {
    return {};
  }
  watch.next_scan = clock_.steady() + kBetweenScans;
  // One that is far behind, because nobody ran, catches up with longer windows.
  const Duration window = now - watch.scanned_until > kFarBehind ? kFarBehind : kScanWindow;
  const Timestamp until = std::min(watch.scanned_until + window, now);
  auto report = pipe_.load_history(watch.scanned_until, until);
  if (!report) {
    return report.error().kind == ErrorKind::kBusy ? Status() : fail(std::move(report).error());
  }
  watch.scanned_until = until;
  take(job, *report, progress);
  return {};
}

Status PipeLoader::ask_history(const LoadJob& job, Watch& watch, LoadProgress& progress) {
  const auto rest = unreported(job, progress.files);
  if (target_.session.warehouse.empty() || rest.empty() || clock_.steady() < watch.next_history) {
    return {};
  }
  watch.next_history = clock_.steady() + kBetweenHistories;
  const Timestamp since = std::max(first_submission(job) - kSlack, clock_.now() - kHistory);
  FIRN_ASSIGN(auto reports, history_.look_up(rest, since, job.batch));
  const bool is_ageing = std::ranges::any_of(rest, [this](const LoadFile& file) { return !ageing(file).empty(); });
  if (is_ageing || clock_.now() - job.submitted_at > kPatience) {
    FIRN_ASSIGN(auto counted, history_.count_rows(rest, job.batch));
    std::ranges::move(counted, std::back_inserter(reports));
    watch.has_counted = true;
  }
  for (FileReport& report : reports) {
    if (!is_told(progress, report.key)) {
      progress.files.push_back(std::move(report));
    }
  }
  return {};
}

std::string PipeLoader::ageing(const LoadFile& file) const {
  if (!file.first_submitted_at || clock_.now() - *file.first_submitted_at < kAgeing) {
    return "";
  }
  return fmt::format(
      "{} was first submitted on {} and is not proven loaded; on {} the pipe will have forgotten whether it has loaded "
      "it, and the chunk goes to quarantine. Until then it is asked for proof, and not submitted again",
      file.key.str(), format_timestamp(*file.first_submitted_at), format_timestamp(*file.first_submitted_at + kMemory));
}

std::string PipeLoader::too_old(const LoadFile& file) const {
  if (!file.first_submitted_at || clock_.now() - *file.first_submitted_at < kMemory) {
    return "";
  }
  return fmt::format(
      "it was first submitted on {}, and a pipe forgets after 14 days which files it has loaded: it is not submitted "
      "blindly; `firn quarantine retry --chunk` asks the table first",
      format_timestamp(*file.first_submitted_at));
}

}  // namespace firn
