#include "journal/file/segment_walk.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "journal/file/format.h"
#include "journal/file/record_block.h"
#include "journal/file/segment_file.h"
#include "model/position.h"

namespace firn {
namespace {

std::optional<PositionRange> range_between(Position first, Position next) {
  if (first >= next || first.generation() != next.generation()) {
    return std::nullopt;
  }
  return PositionRange{first, Position(next.value() - 1)};
}

/// The next block that can follow the bad bytes at `place`.
Result<std::optional<FoundBlock>> find_successor(SegmentFile& file, const BlockPlace& place) {
  std::uint64_t from = place.offset;
  while (true) {
    FIRN_ASSIGN(const auto found, file.find_block(from));
    if (!found) {
      return std::nullopt;
    }
    const bool is_behind = found->offset > place.offset && found->header.first >= place.position;
    if (is_behind || found->header.first > place.position) {
      return found;
    }
    from = found->offset + 1;
  }
}

/// Takes every record out; kDamaged when they are not what was written, though the checksums are right.
Status try_records(RecordBlock& records, const BlockHeader& header, std::string_view payload) {
  FIRN_TRY(records.load(header, payload));
  while (!records.done()) {
    FIRN_TRY(records.next());
  }
  return {};
}

/// One block at `place`; the error is kDamaged when there is none.
Status visit_block(SegmentFile& file, BlockPlace& place, const SegmentExtent& extent, const SegmentVisitor& visitor) {
  FIRN_ASSIGN(const auto header, file.block(place));
  FIRN_ASSIGN(const auto payload, file.payload(place.offset, header));
  if (extent.next && header.first >= *extent.next) {
    file.set_limit(place.offset);  // The successor has this position: what follows was never acknowledged.
    return {};
  }
  RecordBlock records;
  const Status readable = header.kind == BlockKind::kRecords ? try_records(records, header, payload) : Status();
  if (readable) {
    FIRN_TRY(visitor.block(header, payload));
  } else {
    const PositionRange lost{header.first, Position(header.next().value() - 1)};
    FIRN_TRY(visitor.damage({place.offset, place.offset + header.bytes(), lost, readable.error().reason}));
  }
  place = place.after(header);
  return {};
}

/// False when nothing readable follows the bad bytes at `place`.
Result<bool> pass_damage(SegmentFile& file, BlockPlace& place, const SegmentVisitor& visitor, const Error& why) {
  FIRN_ASSIGN(const auto found, find_successor(file, place));
  if (!found) {
    return false;
  }
  FIRN_TRY(
      visitor.damage({place.offset, found->offset, range_between(place.position, found->header.first), why.reason}));
  place = {found->offset, found->header.first, found->header.previous_crc};
  return true;
}

}  // namespace

Result<BlockPlace> walk_segment(SegmentFile& file, const SegmentExtent& extent, const SegmentVisitor& visitor) {
  BlockPlace place = file.first_block();
  file.set_limit(extent.end.value_or(file.size()));
  while (place.offset < file.limit()) {
    const auto visited = visit_block(file, place, extent, visitor);
    if (visited) {
      continue;
    }
    if (visited.error().kind != ErrorKind::kDamaged) {
      return fail(visited.error());
    }
    if (!extent.next) {
      FIRN_ASSIGN(const auto witness, file.find_witness(place));
      if (!witness) {
        return place;
      }
    }
    FIRN_ASSIGN(const bool passed, pass_damage(file, place, visitor, visited.error()));
    if (!passed) {
      break;
    }
  }
  const auto lost = extent.next ? range_between(place.position, *extent.next) : std::nullopt;
  if (lost || (extent.end && place.offset < *extent.end)) {
    FIRN_TRY(visitor.damage({place.offset, file.limit(), lost, "the segment ends before its last record"}));
  }
  return place;
}

}  // namespace firn
