#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "journal/file/format.h"
#include "model/position.h"
#include "platform/file_system.h"

namespace firn {

/// Where a block is expected, and what it must continue.
struct BlockPlace {
  std::uint64_t offset = 0;
  Position position;
  std::uint32_t previous_crc = 0;

  /// The place behind this block.
  [[nodiscard]] BlockPlace after(const BlockHeader& header) const;
};

/// A block that was found by searching.
struct FoundBlock {
  std::uint64_t offset = 0;
  BlockHeader header;
};

/// Reads the blocks of one segment file. Single-threaded. Bytes at or behind limit() are never looked at.
/// Errors of kind kDamaged name file and byte; others are those of the file system.
class SegmentFile {
 public:
  /// Opens a segment and reads its header. kDamaged when it is not whole or does not belong to the file's name.
  static Result<SegmentFile> open(FileSystem& files, const std::string& path);
  /// Opens a segment whose header is known from elsewhere.
  static Result<SegmentFile> open_with(FileSystem& files, const std::string& path, const SegmentHeader& header);

  [[nodiscard]] const SegmentHeader& header() const { return header_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint64_t limit() const { return limit_; }
  void set_limit(std::uint64_t limit) { limit_ = limit; }
  [[nodiscard]] BlockPlace first_block() const;
  /// What the first block must continue, when that is not this header.
  void set_first_crc(std::uint32_t crc) { first_crc_ = crc; }

  /// The header at a place; kDamaged unless it is whole, bound to this segment, continues the place, and its payload
  /// lies within the limit.
  Result<BlockHeader> block(const BlockPlace& place);

  /// The payload of the block at `offset`, checked; valid until the next call.
  Result<std::string_view> payload(std::uint64_t offset, const BlockHeader& header);

  /// The first place at or behind `offset` with a whole header that is bound to this segment.
  Result<std::optional<FoundBlock>> find_block(std::uint64_t offset);

  /// The first block behind the bad bytes at `place` which says that these had been on disk; without one they are a
  /// torn tail.
  Result<std::optional<FoundBlock>> find_witness(const BlockPlace& place);

  /// Up to `size` bytes, fewer only at the limit; valid until the next call.
  Result<std::string_view> bytes(std::uint64_t offset, std::size_t size);

  /// "positions A to B" or "position A".
  static std::string describe(const PositionRange& range);
  [[nodiscard]] Error damage(std::uint64_t byte, std::string_view reason) const;

 private:
  SegmentFile(std::unique_ptr<File> file, std::string path, std::uint64_t size);

  std::unique_ptr<File> file_;
  std::string path_;
  SegmentHeader header_;
  std::optional<std::uint32_t> first_crc_;
  std::uint64_t size_ = 0;
  std::uint64_t limit_ = 0;
  std::string window_;
  std::uint64_t window_offset_ = 0;
};

}  // namespace firn
