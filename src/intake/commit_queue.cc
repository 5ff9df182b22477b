#include "intake/commit_queue.h"

#include <algorithm>
#include <cstddef>
#include <expected>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/crash_point.h"
#include "platform/thread.h"

namespace firn {
namespace {

/// The memory that a record keeps while it waits.
std::size_t cost(const Record& record) { return sizeof(Record) + encoded_size(record); }

}  // namespace

CommitQueue::CommitQueue(Journal& journal, CommitQueueOptions options)
    : journal_(journal), options_(std::move(options)), thread_(start_thread("firn-commit", [this] { run(); })) {}

CommitQueue::~CommitQueue() { stop(); }

void CommitQueue::submit(Record record, Callback callback) {
  std::optional<Error> refused;
  {
    const MutexLock lock(mutex_);
    const std::size_t bytes = cost(record);
    refused = refusal_of(bytes);
    if (!refused) {
      queued_bytes_ += bytes;
      pending_.records.push_back(std::move(record));
      pending_.callbacks.push_back(std::move(callback));
      if (pending_.records.size() == 1) {
        changed_.notify_all();  // otherwise the thread has been told already
      }
    }
  }
  if (refused) {
    callback(fail(std::move(*refused)));
  }
}

std::optional<Error> CommitQueue::refusal() const {
  const MutexLock lock(mutex_);
  return refusal_of(0);
}

std::optional<Error> CommitQueue::refusal_of(std::size_t bytes) const {
  if (stopping_) {
    return Error{ErrorKind::kUnavailable, "append", options_.name, "Firn is shutting down", "send it again later"};
  }
  if (closed_) {
    return closed_;
  }
  // A record that is larger than the whole queue still gets in alone.
  if (queued_bytes_ > 0 && queued_bytes_ + bytes > options_.max_queued_bytes) {
    return Error{ErrorKind::kBusy, "append", options_.name, "too much is waiting for the disk",
                 "send it again later; if it lasts, a faster disk is needed"};
  }
  return std::nullopt;
}

void CommitQueue::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) {
    thread_.join();
  }
}

void CommitQueue::run() {
  Work work;
  while (take(work)) {
    append_all(work);
    if (poison_) {
      reopen_patiently();
    }
  }
}

bool CommitQueue::take(Work& work) {
  work.records.clear();
  work.callbacks.clear();
  const MutexLock lock(mutex_);
  while (pending_.records.empty() && !stopping_) {
    changed_.wait(mutex_);
  }
  std::swap(work, pending_);
  return !work.records.empty();
}

void CommitQueue::append_all(Work& work) {
  std::size_t first = 0;
  while (first < work.records.size() && !poison_) {
    first += append_some(work, first);
  }
  if (poison_) {
    refuse(work, first, *poison_);
  }
}

std::size_t CommitQueue::append_some(Work& work, std::size_t first) {
  std::size_t count = 0;
  std::size_t bytes = 0;
  const std::size_t most = std::min(work.records.size() - first, options_.max_append_records);
  while (count < most) {
    const std::size_t more = cost(work.records[first + count]);
    if (count > 0 && bytes + more > options_.max_append_bytes) {
      break;
    }
    bytes += more;
    ++count;
  }
  crash_point("intake.before_append");
  auto appended = journal_.append(std::span<const Record>(work.records).subspan(first, count));
  crash_point("intake.appended");
  ++appends_;
  FIRN_CHECK(!appended || appended->size() == count, "a journal gives each record a position");
  for (std::size_t i = first; i < first + count; ++i) {
    work.records[i] = Record();
  }
  release(bytes);  // before the answers: who has one may send again at once
  for (std::size_t i = 0; i < count; ++i) {
    work.callbacks[first + i](appended ? Result<Position>((*appended)[i]) : std::unexpected(appended.error()));
    work.callbacks[first + i] = nullptr;
  }
  if (!appended && appended.error().kind == ErrorKind::kPoisoned) {
    if (Status reopened = journal_.reopen(); !reopened) {
      poison_ = std::move(reopened).error();
    }
  }
  return count;
}

void CommitQueue::reopen_patiently() {
  const Error refusal{
      ErrorKind::kPoisoned, "append", options_.name,
      "an earlier write failed and the journal cannot be opened again: " + poison_->reason,
      "check the disk; Firn goes on by itself once it can write, and nothing that was answered is lost"};
  Work dropped = close(refusal);
  refuse(dropped, 0, refusal);
  for (Duration time = options_.first_pause; pause(time); time = std::min(2 * time, options_.longest_pause)) {
    if (journal_.reopen()) {
      poison_.reset();
      const MutexLock lock(mutex_);
      closed_.reset();
      return;
    }
  }
}

CommitQueue::Work CommitQueue::close(const Error& error) {
  const MutexLock lock(mutex_);
  closed_ = error;
  return std::exchange(pending_, {});
}

/// False when the queue is being stopped. May end early, which only means one attempt more.
bool CommitQueue::pause(Duration time) {
  const MutexLock lock(mutex_);
  if (!stopping_) {
    changed_.wait_for(mutex_, time);
  }
  return !stopping_;
}

void CommitQueue::refuse(Work& work, std::size_t first, const Error& error) {
  std::size_t bytes = 0;
  for (std::size_t i = first; i < work.records.size(); ++i) {
    bytes += cost(work.records[i]);
  }
  release(bytes);
  for (std::size_t i = first; i < work.callbacks.size(); ++i) {
    work.callbacks[i](std::unexpected(error));
  }
}

void CommitQueue::release(std::size_t bytes) {
  const MutexLock lock(mutex_);
  queued_bytes_ -= bytes;
}

}  // namespace firn
