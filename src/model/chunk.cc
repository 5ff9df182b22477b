#include "model/chunk.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "model/enum_names.h"

namespace firn {
namespace {

constexpr EnumNames<ChunkState, 7> kStates{{{{ChunkState::kPacked, "packed"},
                                             {ChunkState::kStaged, "staged"},
                                             {ChunkState::kSubmitted, "submitted"},
                                             {ChunkState::kLoaded, "loaded"},
                                             {ChunkState::kPurged, "purged"},
                                             {ChunkState::kReplaced, "replaced"},
                                             {ChunkState::kQuarantined, "quarantined"}}}};

}  // namespace

std::string_view to_string(ChunkState state) { return kStates.name(state); }
std::optional<ChunkState> parse_chunk_state(std::string_view text) { return kStates.parse(text); }

bool can_move(ChunkState from, ChunkState to) {
  switch (from) {
    case ChunkState::kPacked:
      return to == ChunkState::kStaged || to == ChunkState::kQuarantined;
    case ChunkState::kStaged:
      return to == ChunkState::kSubmitted || to == ChunkState::kQuarantined || to == ChunkState::kReplaced;
    case ChunkState::kSubmitted:
      return to == ChunkState::kLoaded || to == ChunkState::kStaged || to == ChunkState::kQuarantined ||
             to == ChunkState::kReplaced;
    case ChunkState::kLoaded:
    case ChunkState::kReplaced:
      return to == ChunkState::kPurged;
    case ChunkState::kQuarantined:
      return to == ChunkState::kPacked || to == ChunkState::kStaged || to == ChunkState::kReplaced;
    case ChunkState::kPurged:
      return false;
  }
  return false;
}

bool is_refused_at_a_line(const Chunk& chunk) {
  return chunk.report && chunk.report->status == FileStatus::kFailed && chunk.report->rows_loaded == 0 &&
         chunk.report->error_line > 0;
}

bool is_to_be_mended(const Chunk& chunk) {
  return chunk.state == ChunkState::kSubmitted && is_refused_at_a_line(chunk) && chunk.attempt < kMostAttempts;
}

ObjectKey chunk_key(const Chunk& chunk, std::string_view batch_directory) {
  return ObjectKey(fmt::format("{}/{}/{}-{}-{}-{}-a{}-{}.csv.zst", chunk.repeater.str(), batch_directory,
                               chunk.range.first.generation(), chunk.range.first.partition(),
                               chunk.range.first.offset(), chunk.range.last.offset(), chunk.attempt,
                               to_hex(chunk.content_digest).substr(0, 32)));
}

std::string file_name(const ObjectKey& key) {
  const auto slash = key.str().rfind('/');
  return slash == std::string::npos ? key.str() : key.str().substr(slash + 1);
}

}  // namespace firn
