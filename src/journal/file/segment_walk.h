#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "journal/file/format.h"
#include "journal/file/segment_file.h"
#include "model/position.h"

namespace firn {

/// How much of a segment's file is data, as far as that is known from elsewhere.
struct SegmentExtent {
  std::optional<std::uint64_t> end;  ///< byte; nothing for the last segment, and where the successor is damaged
  std::optional<Position> next;      ///< nothing for the last segment
};

/// Bytes that are not what was written.
struct DamagedBytes {
  std::uint64_t from = 0;
  std::uint64_t to = 0;               ///< the byte behind the last
  std::optional<PositionRange> lost;  ///< nothing when no record is missing
  std::string reason;
};

/// What a walk meets, in order of positions. An error ends the walk.
struct SegmentVisitor {
  std::function<Status(const BlockHeader& header, std::string_view payload)> block;
  std::function<Status(const DamagedBytes& damage)> damage;
};

/// Goes through every block of a segment, with all its records, and on behind damaged ones. Returns the place behind
/// the last block. In the last segment, bytes at its end that no later block proves to have been on disk are no damage.
Result<BlockPlace> walk_segment(SegmentFile& file, const SegmentExtent& extent, const SegmentVisitor& visitor);

}  // namespace firn
