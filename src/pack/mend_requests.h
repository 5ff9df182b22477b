#pragma once

#include <map>
#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "model/chunk.h"

namespace firn {

/// Chunks that people ask to be sent again, and what came of it. In memory only: lost when the process ends. Threads:
/// any.
class MendRequests {
 public:
  explicit MendRequests(const Clock& clock) : clock_(clock) {}

  /// Asks for it; an earlier answer is forgotten.
  void ask(ChunkId chunk) FIRN_EXCLUDES(mutex_);
  /// Waits for the answer, `limit` at most. kBusy: it is still to come; kUnavailable: nothing runs any more.
  Status wait(ChunkId chunk, Duration limit) FIRN_EXCLUDES(mutex_);
  /// Lets those who wait go.
  void stop_waiting() FIRN_EXCLUDES(mutex_);

  /// The lowest chunk without an answer.
  [[nodiscard]] std::optional<ChunkId> next() const FIRN_EXCLUDES(mutex_);
  void answer(ChunkId chunk, const Status& answer) FIRN_EXCLUDES(mutex_);

 private:
  const Clock& clock_;
  mutable Mutex mutex_;
  Condition answered_;
  std::map<ChunkId, std::optional<Status>> asked_ FIRN_GUARDED_BY(mutex_);
  bool stopping_ FIRN_GUARDED_BY(mutex_) = false;
};

}  // namespace firn
