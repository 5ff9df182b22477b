#include "intake/auth/slow_lane.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "platform/thread.h"

namespace firn {

using SteadyClock = std::chrono::steady_clock;

SlowLane::SlowLane(SlowLaneOptions options)
    : options_(std::move(options)),
      jobs_(options_.most_jobs, options_.most_of_client),
      next_tick_(SteadyClock::now() + options_.tick) {
  thread_ = start_thread("firn-auth", [this] { run(); });
}

SlowLane::~SlowLane() { stop(); }

void SlowLane::submit(const SlowClient& client, Work work) {
  Work thrown_away;  // destroyed without the lock: it may call back
  const MutexLock lock(mutex_);
  if (!stopping_) {
    thrown_away = jobs_.put(client, std::move(work));
    changed_.notify_one();
  }
}

bool SlowLane::call_later(Duration delay, Work work) {
  const MutexLock lock(mutex_);
  if (stopping_ || delayed_.size() >= options_.most_delayed) {
    return false;
  }
  delayed_.emplace(SteadyClock::now() + delay, std::move(work));
  changed_.notify_one();
  return true;
}

void SlowLane::stop() {
  FairJobs jobs(0, 0);
  std::multimap<SteadyTime, Work> delayed;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    std::swap(jobs, jobs_);
    delayed.swap(delayed_);
    changed_.notify_all();
  }
  jobs = FairJobs(0, 0);
  delayed.clear();
  if (thread_.joinable()) {
    thread_.join();
  }
}

/// What to do next: something whose time has come, then the tick, then a job. Nothing when stopping.
SlowLane::Work SlowLane::next(bool& is_tick) {
  const MutexLock lock(mutex_);
  while (!stopping_) {
    const SteadyTime now = SteadyClock::now();
    busy_since_ = now;
    if (!delayed_.empty() && delayed_.begin()->first <= now) {
      Work work = std::move(delayed_.begin()->second);
      delayed_.erase(delayed_.begin());
      return work;
    }
    if (next_tick_ <= now) {
      next_tick_ = now + options_.tick;
      is_tick = true;
      return {};
    }
    if (!jobs_.empty()) {
      return jobs_.take();
    }
    busy_since_.reset();
    const SteadyTime until = delayed_.empty() ? next_tick_ : std::min(next_tick_, delayed_.begin()->first);
    changed_.wait_for(mutex_, std::chrono::ceil<Duration>(until - now));
  }
  return {};
}

Duration SlowLane::busy_for() const {
  const MutexLock lock(mutex_);
  return busy_since_ ? std::chrono::floor<Duration>(SteadyClock::now() - *busy_since_) : Duration(0);
}

void SlowLane::run() {
  while (true) {
    bool is_tick = false;
    Work work = next(is_tick);
    if (work) {
      work();
    } else if (!is_tick) {
      return;
    } else if (options_.on_tick) {
      options_.on_tick();
    }
  }
}

}  // namespace firn
