#pragma once

#include <vector>

#include "base/result.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/journal.h"
#include "model/names.h"
#include "model/position.h"

namespace firn {

/// Every chunk of the repeater in one of the states, however many there are.
Result<std::vector<Chunk>> chunks_in(Catalog& catalog, const RepeaterName& repeater, std::vector<ChunkState> states);

/// Retires one repeater's journal behind everything that is settled, and never past a chunk that went to quarantine
/// before it was staged: of that the journal may have the only good copy. Used by one thread.
class JournalRetirement {
 public:
  JournalRetirement(RepeaterName repeater, Catalog& catalog, Journal& journal);

  Status run();

 private:
  const RepeaterName repeater_;
  Catalog& catalog_;
  Journal& journal_;
  Position retired_;  ///< what the journal was told last
};

}  // namespace firn
