#pragma once

// For tests of this folder: a journal in memory that fails and waits as it is told.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "model/journal.h"
#include "model/position.h"
#include "model/record.h"

namespace firn {

class ScriptedJournal final : public Journal {
 public:
  Result<std::vector<Position>> append(std::span<const Record> records) override FIRN_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    ++entered_;
    changed_.notify_all();
    while (held_) {
      changed_.wait(mutex_);
    }
    if (!append_failures_.empty()) {
      const ErrorKind kind = append_failures_.front();
      append_failures_.pop_front();
      return fail(Error{kind, "append", "journal", "scripted", ""});
    }
    std::vector<Position> positions;
    std::vector<std::string> bodies;
    for (const Record& record : records) {
      positions.push_back(Position::make(1, 0, stored_.size()));
      bodies.push_back(record.body);
      stored_.push_back(record);
    }
    batches_.push_back(std::move(bodies));
    return positions;
  }

  Status reopen() override FIRN_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    ++reopens_;
    changed_.notify_all();
    if (reopen_failures_ > 0) {
      --reopen_failures_;
      return fail(Error{ErrorKind::kUnavailable, "reopen", "journal", "the disk is away", ""});
    }
    return {};
  }

  Result<std::vector<StoredRecord>> read(Position, std::size_t) override { return std::vector<StoredRecord>(); }
  [[nodiscard]] Position begin(std::uint64_t) const override { return {}; }
  [[nodiscard]] Position end(std::uint64_t) const override { return {}; }
  Status retire(Position) override { return {}; }
  [[nodiscard]] std::uint64_t disk_bytes() const override { return 0; }

  /// The next append fails so; more than one call, one append each.
  void fail_append(ErrorKind kind) {
    const MutexLock lock(mutex_);
    append_failures_.push_back(kind);
  }
  void fail_reopens(int count) {
    const MutexLock lock(mutex_);
    reopen_failures_ = count;
  }
  /// Makes appends wait in their middle.
  void hold() {
    const MutexLock lock(mutex_);
    held_ = true;
  }
  void let_go() {
    const MutexLock lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  /// Returns once `count` appends have begun since the beginning.
  void wait_for_appends(int count) {
    const MutexLock lock(mutex_);
    while (entered_ < count) {
      changed_.wait(mutex_);
    }
  }
  void wait_for_reopens(int count) {
    const MutexLock lock(mutex_);
    while (reopens_ < count) {
      changed_.wait(mutex_);
    }
  }
  /// The bodies of each successful append.
  std::vector<std::vector<std::string>> batches() {
    const MutexLock lock(mutex_);
    return batches_;
  }
  std::vector<Record> stored() {
    const MutexLock lock(mutex_);
    return stored_;
  }

 private:
  Mutex mutex_;
  Condition changed_;
  bool held_ FIRN_GUARDED_BY(mutex_) = false;
  int entered_ FIRN_GUARDED_BY(mutex_) = 0;
  int reopens_ FIRN_GUARDED_BY(mutex_) = 0;
  int reopen_failures_ FIRN_GUARDED_BY(mutex_) = 0;
  std::deque<ErrorKind> append_failures_ FIRN_GUARDED_BY(mutex_);
  std::vector<std::vector<std::string>> batches_ FIRN_GUARDED_BY(mutex_);
  std::vector<Record> stored_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
