#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "model/journal.h"
#include "model/position.h"
#include "model/record.h"

namespace firn {

struct CommitQueueOptions {
  std::string name;                                       ///< of the repeater, for errors
  std::size_t max_append_records = 8192;                  ///< in one append to the journal
  std::size_t max_append_bytes = 16U << 20U;              ///< the same; a larger record is appended alone
  std::size_t max_queued_bytes = 128U << 20U;             ///< records waiting or being appended
  Duration first_pause = std::chrono::milliseconds(100);  ///< between attempts to reopen the journal; it doubles
  Duration longest_pause = std::chrono::seconds(5);
};

/// Group commit: one thread appends to the journal, and what gathers during one append is the next. No timer: a single
/// record waits for nothing. When an append fails, none of its records is stored, and each one's callback says so.
class CommitQueue {
 public:
  /// Called once for each record: on the commit thread after the append, or at once on the submitting thread when the
  /// record is refused. Success means that the record is durable.
  using Callback = std::move_only_function<void(Result<Position>)>;

  /// `journal` must outlive the queue, which is the only one to append.
  CommitQueue(Journal& journal, CommitQueueOptions options);
  /// Calls stop().
  ~CommitQueue();
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;

  /// Threads: any. kBusy: too much is queued; kPoisoned: the journal is being reopened; kUnavailable: stopped.
  void submit(Record record, Callback callback) FIRN_EXCLUDES(mutex_);

  /// Why submit() would refuse a small record now, so that no body needs to be read for nothing. Threads: any.
  [[nodiscard]] std::optional<Error> refusal() const FIRN_EXCLUDES(mutex_);

  /// Appends what is queued, then ends the thread. Later records are refused. May be called twice.
  void stop() FIRN_EXCLUDES(mutex_);

  [[nodiscard]] std::uint64_t appends() const { return appends_; }

 private:
  /// Records and callbacks side by side, because the journal wants the records in one piece.
  struct Work {
    std::vector<Record> records;
    std::vector<Callback> callbacks;
  };

  void run() FIRN_EXCLUDES(mutex_);
  bool take(Work& work) FIRN_EXCLUDES(mutex_);
  void append_all(Work& work) FIRN_EXCLUDES(mutex_);
  std::size_t append_some(Work& work, std::size_t first) FIRN_EXCLUDES(mutex_);
  void reopen_patiently() FIRN_EXCLUDES(mutex_);
  Work close(const Error& error) FIRN_EXCLUDES(mutex_);
  bool pause(Duration time) FIRN_EXCLUDES(mutex_);
  void refuse(Work& work, std::size_t first, const Error& error) FIRN_EXCLUDES(mutex_);
  void release(std::size_t bytes) FIRN_EXCLUDES(mutex_);
  [[nodiscard]] std::optional<Error> refusal_of(std::size_t bytes) const FIRN_REQUIRES(mutex_);

  Journal& journal_;
  const CommitQueueOptions options_;
  std::atomic<std::uint64_t> appends_ = 0;
  std::optional<Error> poison_;  // why reopening failed; the commit thread's own

  mutable Mutex mutex_;
  Condition changed_;
  Work pending_ FIRN_GUARDED_BY(mutex_);
  std::size_t queued_bytes_ FIRN_GUARDED_BY(mutex_) = 0;
  std::optional<Error> closed_ FIRN_GUARDED_BY(mutex_);  // why submits are refused, while the journal is poisoned
  bool stopping_ FIRN_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace firn
