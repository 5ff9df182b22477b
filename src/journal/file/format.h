#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/names.h"
#include "model/position.h"

namespace firn {

// The byte layout of docs/formats/journal.md. All numbers are little-endian.

inline constexpr std::size_t kSegmentHeaderBytes = 84;
inline constexpr std::size_t kBlockHeaderBytes = 60;

/// No payload is longer, compressed or not; checked before memory is taken for it.
inline constexpr std::uint64_t kMaxPayloadBytes = 256ULL << 20U;

/// Where a segment ends: its successor's header says so, and what follows that end in the file is not data.
struct SegmentLink {
  std::uint64_t number = 0;      ///< 0: there was none before
  std::uint64_t id = 0;          ///< of the predecessor
  std::uint64_t end = 0;         ///< byte behind its last block
  Position next;                 ///< position behind its last record
  std::uint32_t header_crc = 0;  ///< of its last block's header; of the segment's when it has no block
  bool operator==(const SegmentLink&) const = default;
};

/// The first bytes of a segment file.
struct SegmentHeader {
  std::uint64_t id = 0;      ///< binds the blocks to this file
  std::uint64_t number = 0;  ///< counts up from 1, with gaps
  Position first;            ///< of the first record, if there will be one
  std::uint64_t repeater = 0;
  SegmentLink predecessor;
  bool rewritten = false;  ///< by salvage: its end is the file's, not what the successor's header names
  bool operator==(const SegmentHeader&) const = default;
};

enum class BlockKind : std::uint8_t {
  kRecords = 0,
  kHole = 1,  ///< positions that were lost; the payload is a text that says where their bytes lay
};

enum class BlockPacking : std::uint8_t { kStored = 0, kZstd = 1 };

/// What stands before each payload.
struct BlockHeader {
  BlockKind kind = BlockKind::kRecords;
  BlockPacking packing = BlockPacking::kStored;
  std::uint64_t segment = 0;  ///< id
  Position first;
  std::uint64_t count = 0;          ///< records, or lost positions; never 0
  std::uint64_t durable = 0;        ///< bytes of this file that were known to be on disk when the block was written
  std::uint32_t payload_bytes = 0;  ///< as they lie in the file
  std::uint32_t raw_bytes = 0;      ///< uncompressed
  std::uint32_t previous_crc = 0;   ///< the CRC that ends the header before this one
  std::uint32_t payload_crc = 0;
  bool operator==(const BlockHeader&) const = default;

  [[nodiscard]] Position next() const { return first.plus(count); }
  [[nodiscard]] std::uint64_t bytes() const { return kBlockHeaderBytes + payload_bytes; }
};

/// The last four bytes of each header: CRC-32C of the bytes before them.
std::uint32_t header_crc(std::string_view encoded);

std::string encode(const SegmentHeader& header);
/// Nothing when the bytes are not a whole header, or its CRC is wrong.
std::optional<SegmentHeader> decode_segment_header(std::string_view bytes);

std::string encode(const BlockHeader& header);
/// Nothing when the bytes are not a whole header, its CRC is wrong, or a field is out of bounds.
std::optional<BlockHeader> decode_block_header(std::string_view bytes);
/// The first bytes of every block header.
inline constexpr std::string_view kBlockMagic = "FBLK";

/// A number made from everything else in the header. Two segments with the same one would have the same number and
/// the same history.
std::uint64_t segment_id(const SegmentHeader& header);

/// The first 8 bytes of the SHA-256 of the name.
std::uint64_t repeater_digest(const RepeaterName& repeater);

/// `<20 digits: first position>-<8 digits: number>.seg`.
std::string segment_name(const SegmentHeader& header);

struct SegmentName {
  Position first;
  std::uint64_t number = 0;
};
/// Nothing when it is not a segment's name.
std::optional<SegmentName> parse_segment_name(std::string_view name);

}  // namespace firn
