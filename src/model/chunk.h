#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"
#include "base/time.h"
#include "model/load_report.h"
#include "model/names.h"
#include "model/position.h"

namespace firn {

using ChunkId = std::int64_t;
using BatchId = std::int64_t;

/// Where a chunk is on its way (design section 6, States; the table is in docs/formats/catalog.md).
enum class ChunkState { kPacked, kStaged, kSubmitted, kLoaded, kPurged, kReplaced, kQuarantined };

std::string_view to_string(ChunkState state);
std::optional<ChunkState> parse_chunk_state(std::string_view text);

/// True when a chunk in state `from` may go to `to`.
bool can_move(ChunkState from, ChunkState to);

/// One immutable CSV file made from a contiguous range of positions, with what its manifest says.
struct Chunk {
  ChunkId id = 0;  ///< given by the catalog
  RepeaterName repeater;
  BatchId batch = 0;
  PositionRange range;  ///< the decided range; not every position in it became a row
  std::uint32_t attempt = 1;
  std::string definition;  ///< TableDefinition::digest() of its rows
  std::uint64_t rows = 0;  ///< never 0
  std::uint64_t bytes_uncompressed = 0;
  std::uint64_t bytes_compressed = 0;
  std::uint64_t bytes_longest_row = 0;
  Sha256 content_digest{};  ///< of the uncompressed CSV
  Sha256 file_digest{};     ///< of the file as it lies on disk and stage
  ObjectKey key;            ///< its name on the stage; never used for other content
  ObjectKey replaces;       ///< the attempt before; empty for the first one
  ChunkState state = ChunkState::kPacked;
  std::optional<FileReport> report;  ///< what the destination said last
  std::string reason;                ///< why it is quarantined
  Timestamp oldest_received_at;
  Timestamp packed_at;
  std::optional<Timestamp> staged_at;
  std::optional<Timestamp> submitted_at;  ///< for the first time under its key
  std::optional<Timestamp> loaded_at;
  std::optional<Timestamp> purged_at;
};

/// How often a chunk is made again without a row that the destination has refused, the first attempt included.
inline constexpr std::uint32_t kMostAttempts = 10;

/// True when no row of the chunk was loaded, and the line is known at which the destination has refused it.
bool is_refused_at_a_line(const Chunk& chunk);

/// True when such a chunk is to be made again without the row of that line.
bool is_to_be_mended(const Chunk& chunk);

/// `<repeater>/<period>/<batch>/<generation>-<partition>-<first>-<last>-a<attempt>-<digest>.csv.zst`, offsets and
/// digest (32 hex digits) of the chunk; the stage puts its prefix before it.
ObjectKey chunk_key(const Chunk& chunk, std::string_view batch_directory);

/// The last part of a key: the file's name in the local `chunks/<repeater>/` folder.
std::string file_name(const ObjectKey& key);

}  // namespace firn
