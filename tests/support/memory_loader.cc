#include "tests/support/memory_loader.h"

#include <string>
#include <utility>

namespace firn {

void MemoryLoader::fail_next_submit(Error error) {
  const MutexLock lock(mutex_);
  submit_fault_ = std::move(error);
}

void MemoryLoader::fail_next_poll(Error error) {
  const MutexLock lock(mutex_);
  poll_fault_ = std::move(error);
}

void MemoryLoader::run_for(int polls) {
  const MutexLock lock(mutex_);
  polls_ = polls;
}

void MemoryLoader::say_finished(std::size_t files) {
  const MutexLock lock(mutex_);
  said_finished_ = files;
}

void MemoryLoader::age(const ObjectKey& key, std::string why) { aged_[key] = std::move(why); }

void MemoryLoader::begin_to_age(const ObjectKey& key, std::string why) { ageing_[key] = std::move(why); }

std::string MemoryLoader::ageing(const LoadFile& file) const {
  const auto found = ageing_.find(file.key);
  return found == ageing_.end() ? std::string() : found->second;
}

std::string MemoryLoader::too_old(const LoadFile& file) const {
  const auto found = aged_.find(file.key);
  return found == aged_.end() ? std::string() : found->second;
}

void MemoryLoader::forget(std::optional<Error> reason) {
  const MutexLock lock(mutex_);
  requests_.clear();
  forgotten_why_ = std::move(reason);
}

void MemoryLoader::report_instead(FileReport report) {
  const MutexLock lock(mutex_);
  instead_[report.key] = std::move(report);
}

void MemoryLoader::refuse_row(const ObjectKey& key, std::uint64_t line) {
  report_instead({key, FileStatus::kFailed, 0, "it does not take this row", line});
}

void MemoryLoader::die_at(const ObjectKey& key) {
  const MutexLock lock(mutex_);
  deadly_.insert(key);
}

void MemoryLoader::die_at_nothing() {
  const MutexLock lock(mutex_);
  deadly_.clear();
}

void MemoryLoader::holds(const ObjectKey& key, std::vector<Position> positions) {
  const MutexLock lock(mutex_);
  positions_[key] = std::move(positions);
}

void MemoryLoader::fail_next_arrived(Error error) {
  const MutexLock lock(mutex_);
  arrived_fault_ = std::move(error);
}

void MemoryLoader::leave_out(const ObjectKey& key) {
  const MutexLock lock(mutex_);
  left_out_ = key;
}

std::vector<LoadJob> MemoryLoader::submitted() {
  const MutexLock lock(mutex_);
  return submitted_;
}

int MemoryLoader::times_loaded(const ObjectKey& key) {
  const MutexLock lock(mutex_);
  return times_[key];
}

Result<std::string> MemoryLoader::submit(const LoadJob& job) {
  const MutexLock lock(mutex_);
  if (submit_fault_) {
    return fail(*std::exchange(submit_fault_, std::nullopt));
  }
  submitted_.push_back(job);
  rows_.try_emplace(job.table.table, 0);
  const std::string handle = "handle of " + job.request_id;
  requests_.try_emplace(handle, Request{job, polls_});
  return handle;
}

FileReport MemoryLoader::load(const TableName& table, const LoadFile& file) {
  if (const auto instead = instead_.find(file.key); instead != instead_.end()) {
    return instead->second;
  }
  if (loaded_.try_emplace(file.key, file.rows).second) {
    rows_[table] += file.rows;
    ++times_[file.key];
  }
  return {file.key, FileStatus::kLoaded, loaded_[file.key], {}};
}

void MemoryLoader::charge(std::vector<UsageAmount> used) {
  const MutexLock lock(mutex_);
  charge_ = std::move(used);
}

Result<LoadProgress> MemoryLoader::poll(const LoadJob& /*job*/, const std::string& handle) {
  const MutexLock lock(mutex_);
  if (poll_fault_) {
    return fail(*std::exchange(poll_fault_, std::nullopt));
  }
  const auto request = requests_.find(handle);
  if (request == requests_.end()) {
    return LoadProgress{LoadState::kForgotten, {}, forgotten_why_};
  }
  if (request->second.polls_left-- > 0) {
    LoadProgress running{LoadState::kRunning, {}, {}, false};
    for (std::size_t i = 0; i < said_finished_; ++i) {
      running.files.push_back(load(request->second.job.table.table, request->second.job.files.at(i)));
    }
    return running;
  }
  LoadProgress done{LoadState::kDone, {}, {}};
  for (const LoadFile& file : request->second.job.files) {
    if (deadly_.contains(file.key)) {
      done.state = LoadState::kForgotten;
      done.reason = Error{ErrorKind::kUnavailable, "load", file.key.str(), "out of memory", {}};
      done.at_file = true;
      return done;
    }
    auto report = load(request->second.job.table.table, file);
    if (left_out_ != file.key) {
      done.files.push_back(std::move(report));
    }
  }
  left_out_.reset();
  done.used = charge_;
  return done;
}

Result<std::uint64_t> MemoryLoader::count(const TableDefinition& table) {
  const MutexLock lock(mutex_);
  const auto rows = rows_.find(table.table);
  if (rows == rows_.end()) {
    return fail(Error{ErrorKind::kNotFound, "count", table.table.str(), "there is no such table yet", {}});
  }
  return rows->second;
}

Result<std::vector<Position>> MemoryLoader::arrived(const TableDefinition& /*table*/, const ObjectKey& key) {
  const MutexLock lock(mutex_);
  if (arrived_fault_) {
    return fail(*std::exchange(arrived_fault_, std::nullopt));
  }
  return positions_[key];
}

}  // namespace firn
