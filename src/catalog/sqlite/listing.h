#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "catalog/sqlite/database.h"
#include "model/catalog.h"

namespace firn {

// The filtered lists. Each asks once for every (repeater, state), so that an index gives the rows in order and
// the cost depends on what is returned, not on how much is stored.

Result<std::vector<Chunk>> list_chunks(Database& database, const ChunkFilter& filter);
Result<std::vector<Chunk>> list_newest_proven(Database& database, const RepeaterName& repeater, std::size_t most);
Result<std::vector<Batch>> list_batches(Database& database, const BatchFilter& filter);
Result<std::vector<QuarantinedRecord>> list_quarantined(Database& database, const QuarantineFilter& filter);
Result<std::vector<UsageEntry>> list_usage(Database& database, const UsageFilter& filter);
Result<std::vector<FetchRequest>> list_fetch_requests(Database& database, const FetchFilter& filter);

}  // namespace firn
