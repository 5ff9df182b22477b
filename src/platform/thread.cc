#include "platform/thread.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/mutex.h"

namespace firn {

std::thread start_thread(const std::string& name, std::move_only_function<void()> body) {
  FIRN_CHECK(name.size() <= 15, "the kernel keeps 15 characters of a thread's name");
  // A new thread inherits the mask: block everything while it starts.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(body));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_setname_np(thread.native_handle(), name.c_str());
  return thread;
}

void set_thread_name(const char* name) {
  // A longer name would be refused.
  const auto front = std::string(name).substr(0, 15);
  ::pthread_setname_np(::pthread_self(), front.c_str());
}

void pause(Duration duration) {
  Mutex mutex;
  Condition never;  // nobody notifies: only time ends the wait
  const MutexLock lock(mutex);
  never.wait_for(mutex, duration);
}

Duration thread_cpu_time() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return std::chrono::duration_cast<Duration>(std::chrono::seconds(used.tv_sec) +
                                              std::chrono::nanoseconds(used.tv_nsec));
}

void lower_thread_priority(int nice) { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice); }

}  // namespace firn
