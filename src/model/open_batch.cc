#include "model/open_batch.h"

#include <utility>

namespace firn {

Result<std::optional<Batch>> find_open_batch(Catalog& catalog, const RepeaterName& repeater) {
  FIRN_ASSIGN(auto batches, catalog.batches({.repeater = repeater, .states = {BatchState::kOpen}, .limit = 1}));
  return batches.empty() ? std::nullopt : std::optional<Batch>(std::move(batches.front()));
}

}  // namespace firn
