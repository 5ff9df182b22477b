#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <thread>

#include "base/mutex.h"
#include "base/time.h"
#include "intake/auth/fair_jobs.h"

namespace firn {

struct SlowLaneOptions {
  std::size_t most_jobs = 128;         ///< waiting; between addresses, FairJobs decides
  std::size_t most_of_client = 8;      ///< so that one client leaves room for others behind its address
  std::size_t most_delayed = 100'000;  ///< answers that wait for their time: as many as there can be connections
  Duration tick = std::chrono::seconds(1);
  std::function<void()> on_tick;  ///< on the lane's thread; may be empty
};

/// One thread for what the server's thread must not do: password hashes, one at a time, and what waits for its time.
/// What is thrown away (by stop(), or because there is no room) is destroyed without being called. Threads: any.
class SlowLane {
 public:
  using Work = FairJobs::Work;

  explicit SlowLane(SlowLaneOptions options);
  /// Calls stop().
  ~SlowLane();
  SlowLane(const SlowLane&) = delete;
  SlowLane& operator=(const SlowLane&) = delete;

  void submit(const SlowClient& client, Work work) FIRN_EXCLUDES(mutex_);
  /// Calls `work` after `delay`; false when there is no room, or after stop().
  bool call_later(Duration delay, Work work) FIRN_EXCLUDES(mutex_);
  /// How long the thread has been at what it does now; 0 while it waits.
  [[nodiscard]] Duration busy_for() const FIRN_EXCLUDES(mutex_);
  /// Throws away what waits and ends the thread. May be called twice, by one thread.
  void stop() FIRN_EXCLUDES(mutex_);

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  void run() FIRN_EXCLUDES(mutex_);
  Work next(bool& is_tick) FIRN_EXCLUDES(mutex_);

  const SlowLaneOptions options_;
  mutable Mutex mutex_;
  Condition changed_;
  FairJobs jobs_ FIRN_GUARDED_BY(mutex_);
  std::multimap<SteadyTime, Work> delayed_ FIRN_GUARDED_BY(mutex_);
  SteadyTime next_tick_ FIRN_GUARDED_BY(mutex_);
  std::optional<SteadyTime> busy_since_ FIRN_GUARDED_BY(mutex_);
  bool stopping_ FIRN_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace firn
