#pragma once

#include <optional>

#include "base/result.h"
#include "journal/file/record_block.h"
#include "journal/file/segment_file.h"
#include "journal/file/segment_list.h"
#include "model/position.h"
#include "model/record.h"
#include "platform/file_system.h"

namespace firn {

/// Reads the records of one segment in order, each block once. Single-threaded. After an error it must not be used.
class RecordCursor {
 public:
  static Result<RecordCursor> open(FileSystem& files, const Segment& segment);

  [[nodiscard]] std::uint64_t segment_number() const { return segment_.header.number; }
  /// The position that peek() looks for.
  [[nodiscard]] Position position() const;

  /// The segment as it is now: more of it may have become durable, or its end become known.
  void update(const Segment& segment);

  /// Moves to the first record at or behind `from`; only headers are read of the blocks before it.
  Status seek(Position from);

  /// The record here, still there afterwards; null at the segment's end. kDamaged names file, byte and positions.
  Result<StoredRecord*> peek();
  /// Goes on behind the record that peek() gave.
  void advance();

 private:
  RecordCursor(SegmentFile file, Segment segment);

  Result<BlockHeader> header_here();
  Status load_block();
  Status load_pending();
  [[nodiscard]] Status check_end() const;
  Error lost(const Error& error, const PositionRange& range) const;

  SegmentFile file_;
  Segment segment_;
  BlockPlace place_;   ///< of the next block to load
  BlockPlace loaded_;  ///< of the block being read
  RecordBlock block_;
  std::optional<StoredRecord> pending_;
};

}  // namespace firn
