#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/result.h"
#include "model/batch.h"
#include "model/chunk.h"
#include "model/position.h"
#include "model/quarantine.h"
#include "model/transition.h"

namespace firn {

// The rules of the catalog as pure functions: given what is stored now, may this transition apply, and what becomes of
// the value? Every implementation of Catalog uses them, so that each rule is written once. Nothing here does I/O.
// Failures are kConflict and say what did not apply. docs/formats/catalog.md has the same rules as tables.

/// What a decision is checked against.
struct DecideFacts {
  std::optional<Position> cursor;            ///< of the repeater in the partition of `from`; none before the first one
  std::optional<Batch> target;               ///< the first batch whose cut limits(cut, from), else the open one
  std::optional<Position> already_replaced;  ///< one of `replaced` that was replaced before
};

/// What a cut is checked against.
struct CutFacts {
  std::optional<Batch> batch;            ///< the one named by the transition
  std::optional<Position> previous_cut;  ///< of the batch before it
  std::optional<Position> last_packed;   ///< the highest position of its chunks in the partition of the cut
};

struct CutOutcome {
  Batch closing;
  Batch next;  ///< its id is still to be given
};

inline constexpr std::size_t kChunkStates = 7;

/// What moving a batch is checked against.
struct BatchFacts {
  std::optional<Batch> batch;
  std::optional<Position> cursor;                    ///< of its repeater in the partition of its cut
  std::array<std::uint64_t, kChunkStates> chunks{};  ///< how many of its chunks are in each state, by enum value
  [[nodiscard]] std::uint64_t in(ChunkState state) const { return chunks[static_cast<std::size_t>(state)]; }
};

/// What returning a chunk is checked against.
struct ReturnFacts {
  std::optional<Chunk> chunk;
  std::optional<Batch> batch;  ///< the one it is in
  std::optional<Batch> open;   ///< the open one of its repeater
};

/// What making the next attempt of a chunk is checked against.
struct ReplaceFacts {
  std::optional<Chunk> chunk;
  std::optional<Batch> batch;               ///< the one it is in
  std::optional<Batch> open;                ///< the open one of its repeater
  std::optional<Position> without_version;  ///< a dropped row that the catalog has no version entry of
  std::optional<Position> in_quarantine;    ///< a dropped row whose record is in quarantine already
};

struct ReplaceOutcome {
  Chunk replaced;
  std::optional<Chunk> next;  ///< its id is still to be given
};

/// True when a batch with this cut takes the position: same partition, and before the cut.
constexpr bool limits(Position cut, Position position) {
  return cut.partition() == position.partition() && position < cut;
}

/// True for chunks that are on their way: packed, staged or submitted.
constexpr bool is_active(ChunkState state) {
  return state == ChunkState::kPacked || state == ChunkState::kStaged || state == ChunkState::kSubmitted;
}

/// The repeater's first batch, without an id.
Result<Batch> first_batch(const OpenFirstBatch& open, bool has_batch);
Result<CutOutcome> cut_batch(const CutBatch& cut, const CutFacts& facts);

Status check_decision(const DecideRange& decision, const DecideFacts& facts);
/// The decision's counts when `known` of its requests ask for what is asked for already: those are duplicates.
PackCounts settled_counts(const DecideRange& decision, std::uint64_t known);
/// A chunk as it is stored first: packed, nothing reported, nothing replaced.
Chunk as_new(const Chunk& chunk);

Result<Chunk> moved(const MoveChunk& move, const std::optional<Chunk>& chunk);
Result<Chunk> reported(const ReportChunk& report, const std::optional<Chunk>& chunk);
Result<Chunk> returned(const ReturnChunk& back, const ReturnFacts& facts);
Result<ReplaceOutcome> replaced(const ReplaceChunk& replace, const ReplaceFacts& facts);
Result<Batch> moved(const MoveBatch& move, const BatchFacts& facts);
Result<Batch> with_handle(const SetHandle& set, const std::optional<Batch>& batch);
Result<QuarantinedRecord> settled(const SettleQuarantined& settle, const std::optional<QuarantinedRecord>& record);

}  // namespace firn
