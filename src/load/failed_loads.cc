#include "load/failed_loads.h"

#include <algorithm>
#include <vector>

namespace firn {

void FailedLoads::count(BatchId batch, const std::vector<Chunk>& undone) {
  if (batch_ != batch) {
    batch_ = batch;
    together_ = 0;
    alone_.clear();
  }
  if (undone.size() == 1) {
    ++alone_[undone.front().id];
  } else {
    ++together_;
  }
}

std::vector<Chunk> FailedLoads::to_ask_for(BatchId batch, const std::vector<Chunk>& chunks) const {
  if (batch_ != batch || together_ < kTogether || chunks.empty()) {
    return chunks;
  }
  return {*std::ranges::min_element(chunks, {}, [&](const Chunk& chunk) { return alone(batch, chunk.id); })};
}

bool FailedLoads::hold(BatchId batch, const Chunk& chunk) {
  if (alone(batch, chunk.id) < kAlone || (held_ && *held_ != chunk.id)) {
    return false;
  }
  held_ = chunk.id;  // the same one may be asked for again: the commit that holds it can fail
  return true;
}

unsigned FailedLoads::alone(BatchId batch, ChunkId chunk) const {
  const auto found = alone_.find(chunk);
  return batch_ != batch || found == alone_.end() ? 0 : found->second;
}

}  // namespace firn
