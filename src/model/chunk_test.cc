#include "model/chunk.h"

#include <gtest/gtest.h>

#include "base/digest.h"
#include "model/position.h"

namespace firn {
namespace {

TEST(ChunkKey, IsAFunctionOfRangeAttemptAndContent) {
  Chunk chunk;
  chunk.repeater = RepeaterName("forms");
  chunk.range = {Position::make(1, 0, 500), Position::make(1, 0, 1499)};
  chunk.attempt = 2;
  chunk.content_digest = sha256("abc");
  const ObjectKey key = chunk_key(chunk, "2026-11/000007");
  EXPECT_EQ(key.str(), "forms/2026-11/000007/1-0-500-1499-a2-ba7816bf8f01cfea414140de5dae2223.csv.zst");
  EXPECT_EQ(file_name(key), "1-0-500-1499-a2-ba7816bf8f01cfea414140de5dae2223.csv.zst");
}

TEST(ChunkState, NothingLeavesPurgedAndNothingSkipsProof) {
  for (const auto to : {ChunkState::kPacked, ChunkState::kStaged, ChunkState::kLoaded}) {
    EXPECT_FALSE(can_move(ChunkState::kPurged, to));
  }
  EXPECT_FALSE(can_move(ChunkState::kStaged, ChunkState::kLoaded));
  EXPECT_FALSE(can_move(ChunkState::kSubmitted, ChunkState::kPurged));
  EXPECT_FALSE(can_move(ChunkState::kQuarantined, ChunkState::kPurged));
}

TEST(Position, IsGenerationPartitionAndOffsetInOneNumber) {
  const auto position = Position::make(Position::kMaxGeneration, Position::kMaxPartition, Position::kMaxOffset);
  EXPECT_EQ(position.value(), (1ULL << 63U) - 1);
  EXPECT_EQ(position.generation(), Position::kMaxGeneration);
  EXPECT_EQ(position.partition(), Position::kMaxPartition);
  EXPECT_EQ(position.offset(), Position::kMaxOffset);
}

}  // namespace
}  // namespace firn
