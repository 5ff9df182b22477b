#include "pack/mend_requests.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"

namespace firn {

void MendRequests::ask(ChunkId chunk) {
  const MutexLock lock(mutex_);
  asked_[chunk].reset();
}

Status MendRequests::wait(ChunkId chunk, Duration limit) {
  const auto error = [chunk](ErrorKind kind, std::string reason, std::string hint) {
    return fail(Error{kind, "retry chunk", std::to_string(chunk), std::move(reason), std::move(hint)});
  };
  const Duration end = clock_.steady() + limit;
  const MutexLock lock(mutex_);
  while (true) {
    const auto found = asked_.find(chunk);
    if (found == asked_.end() || found->second) {
      const Status answer = found == asked_.end() ? Status() : *found->second;
      asked_.erase(chunk);
      return answer;
    }
    const Duration left = end - clock_.steady();
    if (stopping_) {
      return error(ErrorKind::kUnavailable, "firn is shutting down", "ask again when it runs");
    }
    if (left <= Duration::zero()) {
      return error(ErrorKind::kBusy, "the destination has not answered yet; it will be done then", "see `firn status`");
    }
    answered_.wait_for(mutex_, left);
  }
}

void MendRequests::stop_waiting() {
  const MutexLock lock(mutex_);
  stopping_ = true;
  answered_.notify_all();
}

std::optional<ChunkId> MendRequests::next() const {
  const MutexLock lock(mutex_);
  const auto found = std::ranges::find_if(asked_, [](const auto& entry) { return !entry.second; });
  return found == asked_.end() ? std::nullopt : std::optional(found->first);
}

void MendRequests::answer(ChunkId chunk, const Status& answer) {
  const MutexLock lock(mutex_);
  asked_[chunk] = answer;
  answered_.notify_all();
}

}  // namespace firn
