#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <thread>

#include "base/digest.h"
#include "base/mutex.h"
#include "base/time.h"

namespace firn {

/// Who has slow work done: the client (its address with a user name), and its address alone.
struct SlowClient {
  Digest128 client;
  Digest128 address;
};

struct SlowLaneOptions {
  std::size_t most_jobs = 128;       ///< waiting
  std::size_t most_of_address = 64;  ///< so that one address leaves room for others
  std::size_t most_of_client = 8;    ///< so that one client leaves room for others behind its address
  std::size_t most_delayed = 1024;   ///< answers that wait for their time
  Duration tick = std::chrono::seconds(1);
  std::function<void()> on_tick;  ///< on the lane's thread; may be empty
};

/// One thread for what the server's thread must not do: password hashes, one at a time, and what waits for its time.
/// What is thrown away (by stop(), or because there is no room) is destroyed without being called. Threads: any.
class SlowLane {
 public:
  using Work = std::move_only_function<void()>;

  explicit SlowLane(SlowLaneOptions options);
  /// Calls stop().
  ~SlowLane();
  SlowLane(const SlowLane&) = delete;
  SlowLane& operator=(const SlowLane&) = delete;

  /// False when there is no room, or after stop().
  bool submit(const SlowClient& client, Work work) FIRN_EXCLUDES(mutex_);
  /// Calls `work` after `delay`; false when there is no room, or after stop().
  bool call_later(Duration delay, Work work) FIRN_EXCLUDES(mutex_);
  /// Throws away what waits and ends the thread. May be called twice, by one thread.
  void stop() FIRN_EXCLUDES(mutex_);

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Job {
    SlowClient client;
    Work work;
  };

  void run() FIRN_EXCLUDES(mutex_);
  Work next(bool& is_tick) FIRN_EXCLUDES(mutex_);
  Work take_job() FIRN_REQUIRES(mutex_);
  void release(const Digest128& key) FIRN_REQUIRES(mutex_);
  [[nodiscard]] bool has_room(const Digest128& key, std::size_t most) const FIRN_REQUIRES(mutex_);

  const SlowLaneOptions options_;
  Mutex mutex_;
  Condition changed_;
  std::deque<Job> jobs_ FIRN_GUARDED_BY(mutex_);
  std::map<Digest128, std::size_t> waiting_ FIRN_GUARDED_BY(mutex_);  ///< jobs of each client and address
  std::multimap<SteadyTime, Work> delayed_ FIRN_GUARDED_BY(mutex_);
  SteadyTime next_tick_ FIRN_GUARDED_BY(mutex_);
  bool stopping_ FIRN_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace firn
