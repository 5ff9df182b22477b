#pragma once

#include "base/result.h"
#include "model/catalog.h"
#include "model/journal.h"
#include "model/names.h"
#include "model/position.h"

namespace firn {

/// Retires one repeater's journal behind everything that is settled (Catalog::settled_up_to). Used by one thread.
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
