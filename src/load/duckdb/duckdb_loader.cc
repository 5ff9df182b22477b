#include "load/duckdb/duckdb_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace firn {
namespace {

/// Ended requests are remembered, so that a report can be asked for again when it could not be recorded.
constexpr std::size_t kRemembered = 64;

Error helper_error(ErrorKind kind, const LoadJob& job, std::string reason, std::string hint = {}) {
  return {kind, "load into DuckDB", job.batch, std::move(reason), std::move(hint)};
}

LoadProgress forgotten(Error reason) { return {LoadState::kForgotten, {}, std::move(reason)}; }

/// What ended the run may lie in the file that it was loading.
LoadProgress died(Error reason) { return {LoadState::kForgotten, {}, std::move(reason), true}; }

/// Why a run that has ended without success did so.
std::string ending(const ProcessExit& exit) {
  std::string text = exit.signal != 0 ? fmt::format("firn-duckdb was ended by signal {}", exit.signal)
                                      : fmt::format("firn-duckdb ended with status {}", exit.code);
  return exit.error_tail.empty() ? text : text + ": " + exit.error_tail;
}

/// True when `reports` has each file of the job once and nothing else; of a run that ended early, at most once.
bool covers(const HelperReport& report, const LoadJob& job) {
  std::multiset<ObjectKey> wanted;
  std::multiset<ObjectKey> got;
  std::ranges::for_each(job.files, [&](const LoadFile& file) { wanted.insert(file.key); });
  std::ranges::for_each(report.files, [&](const FileReport& file) { got.insert(file.key); });
  return report.state == HelperState::kDone ? wanted == got : std::ranges::includes(wanted, got);
}

Error busy(const LoadJob& job, const HelperReport& report) {
  return helper_error(ErrorKind::kBusy, job, report.message,
                      "close the program that has the database open; loading goes on by itself then");
}

Error refused(const LoadJob& job, const HelperReport& report) {
  const std::string& table = job.table.table.str();
  return helper_error(
      ErrorKind::kConfiguration, job, fmt::format("the database does not take the table {}: {}", table, report.message),
      fmt::format("rename or drop what has the name {0} or {0}_latest there, then `firn ingest`", table));
}

LoadProgress outcome(const LoadJob& job, const ProcessExit& exit) {
  if (exit.signal != 0) {
    return died(helper_error(ErrorKind::kUnavailable, job, ending(exit)));
  }
  if (exit.code != 0) {
    return forgotten(helper_error(ErrorKind::kUnavailable, job, ending(exit)));
  }
  auto report = decode_report(exit.output);
  if (!report) {
    return forgotten(helper_error(ErrorKind::kUnavailable, job, "firn-duckdb wrote no whole report"));
  }
  if (report->state == HelperState::kBusy) {
    return forgotten(busy(job, *report));
  }
  if (report->state == HelperState::kRefused) {
    return forgotten(refused(job, *report));
  }
  if (!covers(*report, job)) {
    return forgotten(
        helper_error(ErrorKind::kInternal, job, "the report of firn-duckdb does not name each file of the job once"));
  }
  if (report->state == HelperState::kDone) {
    return {LoadState::kDone, std::move(report->files), {}};
  }
  return {LoadState::kForgotten, std::move(report->files),
          helper_error(ErrorKind::kUnavailable, job, std::move(report->message)),
          report->state == HelperState::kStoppedAtFile};
}

}  // namespace

struct DuckDbLoader::Request {
  std::string handle;
  LoadJob job;
  std::unique_ptr<Process> process;  ///< null before it has begun and after it has ended
  Duration begun{};
  std::optional<LoadProgress> ended;
};

DuckDbLoader::DuckDbLoader(ProcessLauncher& processes, const Clock& clock, DuckDbOptions options)
    : processes_(processes), clock_(clock), options_(std::move(options)) {}

DuckDbLoader::~DuckDbLoader() = default;

Result<std::string> DuckDbLoader::submit(const LoadJob& job) {
  const MutexLock lock(mutex_);
  if (const Request* known = find(job.request_id); known != nullptr && !known->ended) {
    return known->handle;
  }
  std::erase_if(requests_, [&](const auto& request) { return request->handle == job.request_id; });
  auto request = std::make_unique<Request>(Request{job.request_id, job, nullptr, {}, {}});
  FIRN_TRY(begin(*request));
  requests_.push_back(std::move(request));
  if (requests_.size() > kRemembered && requests_.front()->ended) {
    requests_.pop_front();
  }
  return job.request_id;
}

Result<LoadProgress> DuckDbLoader::poll(const LoadJob& /*job*/, const std::string& handle) {
  const MutexLock lock(mutex_);
  Request* request = find(handle);
  if (request == nullptr) {
    return forgotten(Error{
        ErrorKind::kUnavailable, "load into DuckDB", handle, "the request ended with the program that made it", {}});
  }
  return look(*request);
}

Result<LoadProgress> DuckDbLoader::look(Request& request) {
  if (request.ended) {
    return *request.ended;
  }
  if (!request.process) {
    const auto begun = begin(request);
    if (begun) {
      return LoadProgress{};
    }
    request.ended = forgotten(begun.error());
    return *request.ended;
  }
  const auto exit = request.process->poll();
  if (!exit) {
    request.ended = forgotten(exit.error());
  } else if (*exit != nullptr) {
    request.ended = outcome(request.job, **exit);
  } else if (clock_.steady() - request.begun > options_.load_limit) {
    request.process->kill();
    request.ended = died(helper_error(
        ErrorKind::kUnavailable, request.job,
        fmt::format("firn-duckdb took longer than {} and was ended", format_duration(options_.load_limit))));
  } else {
    return LoadProgress{};
  }
  request.process.reset();
  return *request.ended;
}

Result<std::uint64_t> DuckDbLoader::count(const TableDefinition& table) {
  FIRN_ASSIGN(const HelperReport report, ask(job_of(HelperOperation::kCount, table), "count rows of"));
  return *report.rows;
}

Result<std::vector<Position>> DuckDbLoader::arrived(const TableDefinition& table, const ObjectKey& key) {
  HelperJob job = job_of(HelperOperation::kArrived, table);
  job.files = {{key, {}, 0, 0}};
  FIRN_ASSIGN(HelperReport report, ask(job, "look for rows of a file in"));
  return std::move(report.positions);
}

Result<HelperReport> DuckDbLoader::ask(const HelperJob& job, const std::string& operation) const {
  Error error{ErrorKind::kUnavailable, operation, job.table.table.str(), {}, {}};
  FIRN_ASSIGN(const auto process, start(job));
  FIRN_ASSIGN(const ProcessExit* exit, process->wait(options_.question_limit));
  if (exit == nullptr || exit->signal != 0 || exit->code != 0) {
    error.reason = exit == nullptr ? "firn-duckdb did not answer in time" : ending(*exit);
    return fail(std::move(error));
  }
  FIRN_ASSIGN(HelperReport report, decode_report(exit->output));
  if (report.state == HelperState::kBusy) {
    error.kind = ErrorKind::kBusy;
    error.reason = report.message;
    return fail(std::move(error));
  }
  if (!report.rows) {
    error.kind = ErrorKind::kNotFound;
    error.reason = "there is no such table yet";
    return fail(std::move(error));
  }
  return report;
}

DuckDbLoader::Request* DuckDbLoader::find(const std::string& handle) {
  const auto found = std::ranges::find(requests_, handle, [](const auto& request) { return request->handle; });
  return found == requests_.end() ? nullptr : found->get();
}

bool DuckDbLoader::is_anything_running() {
  return std::ranges::any_of(requests_, [](const auto& request) {
    if (!request->process) {
      return false;
    }
    const auto exit = request->process->poll();
    return exit && *exit == nullptr;
  });
}

Result<bool> DuckDbLoader::begin(Request& request) {
  if (is_anything_running()) {
    return false;
  }
  HelperJob job = job_of(HelperOperation::kLoad, request.job.table);
  job.batch = request.job.batch;
  job.files = request.job.files;
  FIRN_ASSIGN(request.process, start(job));
  request.begun = clock_.steady();
  return true;
}

Result<std::unique_ptr<Process>> DuckDbLoader::start(const HelperJob& job) const {
  ProcessOptions options;
  options.arguments = {options_.helper};
  if (options_.allow_core_dumps) {
    options.arguments.emplace_back(kAllowCoreDumps);
  }
  options.arguments.insert(options.arguments.end(), options_.helper_arguments.begin(), options_.helper_arguments.end());
  options.input = encode_job(job);
  options.plain_environment = true;
  return processes_.start(options);
}

HelperJob DuckDbLoader::job_of(HelperOperation operation, const TableDefinition& table) const {
  HelperJob job;
  job.operation = operation;
  job.database = options_.database;
  job.memory_limit = options_.memory_limit;
  job.threads = options_.threads;
  job.lock_wait = options_.lock_wait;
  job.table = table;
  return job;
}

}  // namespace firn
