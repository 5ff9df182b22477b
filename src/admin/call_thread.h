#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>

#include "base/mutex.h"

namespace firn {

/// A thread of its own for calls that wait for the pipeline or the disk, one after the other, so that those that only
/// look are answered meanwhile. Threads: any.
class CallThread {
 public:
  using Call = std::move_only_function<void()>;
  static constexpr std::size_t kMostWaiting = 64;

  CallThread();
  /// Throws away what waits, and waits for the call that runs.
  ~CallThread();
  CallThread(const CallThread&) = delete;
  CallThread& operator=(const CallThread&) = delete;

  /// False when too many wait; the call is destroyed then.
  bool submit(Call call) FIRN_EXCLUDES(mutex_);

 private:
  void run() FIRN_EXCLUDES(mutex_);
  /// Empty when it is time to end.
  Call next() FIRN_EXCLUDES(mutex_);

  Mutex mutex_;
  Condition changed_;
  std::deque<Call> calls_ FIRN_GUARDED_BY(mutex_);
  bool stopping_ FIRN_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace firn
