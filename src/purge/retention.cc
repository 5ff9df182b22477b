#include "purge/retention.h"

#include <algorithm>
#include <cstddef>

namespace firn {
namespace {

constexpr std::size_t kAll = 1'000'000;

/// From when its retention counts.
Timestamp settled_at(const Chunk& chunk) { return chunk.loaded_at.value_or(chunk.staged_at.value_or(chunk.packed_at)); }

}  // namespace

Result<Retention> Retention::of(Catalog& catalog, const RepeaterName& repeater, const RetentionPolicy& policy) {
  BatchId newest = 0;
  if (!policy.keep_staged) {
    FIRN_ASSIGN(const auto loaded,
                catalog.batches({.repeater = repeater, .states = {BatchState::kLoaded}, .limit = kAll}));
    newest = loaded.empty() ? 0 : loaded.back().id;
  }
  return Retention(policy, newest);
}

Timestamp Retention::due_at(const Chunk& chunk) const {
  if (policy_.at_once) {
    return Timestamp::min();
  }
  const Timestamp settled = settled_at(chunk);
  if (is_followed(chunk)) {
    return settled;
  }
  return settled + policy_.keep_staged.value_or(kLongestKept);
}

bool Retention::is_overdue(const Chunk& chunk, Timestamp now) const {
  if (chunk.state != ChunkState::kSubmitted || !chunk.submitted_at) {
    return false;
  }
  const Duration kept = policy_.keep_staged ? *policy_.keep_staged : is_followed(chunk) ? Duration(0) : kLongestKept;
  return *chunk.submitted_at + std::max(kept, kLongestUnproven) <= now;
}

}  // namespace firn
