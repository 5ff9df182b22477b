#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "catalog/sqlite/database.h"
#include "model/batch.h"
#include "model/chunk.h"
#include "model/fetch_request.h"
#include "model/names.h"
#include "model/position.h"
#include "model/quarantine.h"

namespace firn {

// Rows of the tables as values. kDamaged when a stored word is not one that the program writes.

/// The columns that the functions below read, for a SELECT list. The table is called `t` in the query.
extern const std::string kChunkColumns;
extern const std::string kBatchColumns;
extern const std::string kQuarantineColumns;
extern const std::string kFetchColumns;

Result<Chunk> read_chunk(Query& query, const std::string& path);
Result<Batch> read_batch(Query& query, const std::string& path);
Result<QuarantinedRecord> read_quarantined(Query& query, const std::string& path);
Result<FetchRequest> read_fetch_request(Query& query, const std::string& path);

/// The number that stands for the repeater in the tables; nothing when the catalog does not know it.
Result<std::optional<std::int64_t>> find_repeater(Database& database, const RepeaterName& repeater);

Result<std::optional<Chunk>> find_chunk(Database& database, ChunkId id);
Result<std::optional<Batch>> find_batch(Database& database, BatchId id);
Result<std::optional<Batch>> find_open_batch(Database& database, std::int64_t repeater);
/// The batch that takes the position: the first whose cut lies behind it, else the open one.
Result<std::optional<Batch>> find_batch_at(Database& database, std::int64_t repeater, Position position);
Result<std::optional<Position>> find_cursor(Database& database, std::int64_t repeater, std::uint64_t partition);

}  // namespace firn
