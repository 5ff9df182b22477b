#include "admin/call_thread.h"

#include <utility>

#include "platform/thread.h"

namespace firn {

CallThread::CallThread() {
  thread_ = start_thread("firn-admin-work", [this] { run(); });
}

CallThread::~CallThread() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

bool CallThread::submit(Call call) {
  const MutexLock lock(mutex_);
  if (calls_.size() >= kMostWaiting) {
    return false;
  }
  calls_.push_back(std::move(call));
  changed_.notify_all();
  return true;
}

CallThread::Call CallThread::next() {
  const MutexLock lock(mutex_);
  while (calls_.empty() && !stopping_) {
    changed_.wait(mutex_);
  }
  if (stopping_) {
    return {};
  }
  Call call = std::move(calls_.front());
  calls_.pop_front();
  return call;
}

void CallThread::run() {
  while (Call call = next()) {
    call();
  }
}

}  // namespace firn
