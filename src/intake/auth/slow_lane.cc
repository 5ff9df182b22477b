#include "intake/auth/slow_lane.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <utility>

#include "platform/thread.h"

namespace firn {

using SteadyClock = std::chrono::steady_clock;

SlowLane::SlowLane(SlowLaneOptions options)
    : options_(std::move(options)), next_tick_(SteadyClock::now() + options_.tick) {
  thread_ = start_thread("firn-auth", [this] { run(); });
}

SlowLane::~SlowLane() { stop(); }

bool SlowLane::has_room(const Digest128& key, std::size_t most) const {
  const auto found = waiting_.find(key);
  return found == waiting_.end() || found->second < most;
}

bool SlowLane::submit(const SlowClient& client, Work work) {
  const MutexLock lock(mutex_);
  if (stopping_ || jobs_.size() >= options_.most_jobs || !has_room(client.client, options_.most_of_client) ||
      !has_room(client.address, options_.most_of_address)) {
    return false;
  }
  ++waiting_[client.client];
  ++waiting_[client.address];
  jobs_.push_back({client, std::move(work)});
  changed_.notify_one();
  return true;
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
  std::deque<Job> jobs;
  std::multimap<SteadyTime, Work> delayed;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    jobs.swap(jobs_);
    delayed.swap(delayed_);
    waiting_.clear();
    changed_.notify_all();
  }
  jobs.clear();
  delayed.clear();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void SlowLane::release(const Digest128& key) {
  const auto found = waiting_.find(key);
  if (found != waiting_.end() && --found->second == 0) {
    waiting_.erase(found);
  }
}

SlowLane::Work SlowLane::take_job() {
  Job job = std::move(jobs_.front());
  jobs_.pop_front();
  release(job.client.client);
  release(job.client.address);
  return std::move(job.work);
}

/// What to do next: something whose time has come, then the tick, then a job. Nothing when stopping.
SlowLane::Work SlowLane::next(bool& is_tick) {
  const MutexLock lock(mutex_);
  while (!stopping_) {
    const SteadyTime now = SteadyClock::now();
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
      return take_job();
    }
    const SteadyTime until = delayed_.empty() ? next_tick_ : std::min(next_tick_, delayed_.begin()->first);
    changed_.wait_for(mutex_, std::chrono::ceil<Duration>(until - now));
  }
  return {};
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
