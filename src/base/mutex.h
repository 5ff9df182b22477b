#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

// Clang's thread-safety analysis (preset `clang`); nothing for other compilers.
#if defined(__clang__)
#define FIRN_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define FIRN_THREAD_ATTRIBUTE(x)
#endif
#define FIRN_CAPABILITY(name) FIRN_THREAD_ATTRIBUTE(capability(name))
#define FIRN_SCOPED_CAPABILITY FIRN_THREAD_ATTRIBUTE(scoped_lockable)
#define FIRN_GUARDED_BY(mutex) FIRN_THREAD_ATTRIBUTE(guarded_by(mutex))
#define FIRN_REQUIRES(...) FIRN_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define FIRN_EXCLUDES(...) FIRN_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define FIRN_ACQUIRE(...) FIRN_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define FIRN_RELEASE(...) FIRN_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))

namespace firn {

/// std::mutex that the thread-safety analysis understands.
class FIRN_CAPABILITY("mutex") Mutex {
 public:
  void lock() FIRN_ACQUIRE() { mutex_.lock(); }
  void unlock() FIRN_RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds a Mutex for a scope.
class FIRN_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) FIRN_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() FIRN_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// A condition variable for Mutex. Callers loop over their condition: wake-ups may come for nothing.
class Condition {
 public:
  void wait(Mutex& mutex) FIRN_REQUIRES(mutex) { condition_.wait(mutex); }
  void wait_for(Mutex& mutex, std::chrono::microseconds limit) FIRN_REQUIRES(mutex) {
    condition_.wait_for(mutex, limit);
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

}  // namespace firn
