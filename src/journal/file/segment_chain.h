#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "journal/file/block_group.h"
#include "journal/file/format.h"
#include "journal/file/segment_file.h"
#include "journal/file/segment_list.h"
#include "platform/file_system.h"

namespace firn {

/// What a journal's folder holds, from the file names alone.
struct SegmentFolder {
  std::vector<std::string> segments;   ///< paths, in order of their numbers
  std::vector<std::string> temporary;  ///< paths of files that were never given their name
};
/// Empty when the folder does not exist.
Result<SegmentFolder> list_segments(FileSystem& files, const std::string& directory);

/// The segments that are part of the journal, oldest first. The end of each is known from its successor; that of the
/// last one is not known yet (its `end` is the file's and its `next` its first position).
struct SegmentChain {
  std::vector<Segment> segments;
  std::vector<std::string> passed_over;  ///< paths of segments that a later one has taken the place of
};
/// Reads the headers and follows them from the newest to the oldest. kDamaged when one is not whole, is missing between
/// two others, or is not the one that its successor names.
Result<SegmentChain> load_chain(FileSystem& files, const SegmentFolder& folder);

/// The end of the last segment.
struct SegmentTail {
  BlockPlace durable;             ///< behind the last block that is known to be on disk
  std::vector<Block> unattested;  ///< the blocks from there on: readable now, perhaps not after a loss of power
  BlockPlace end;                 ///< behind them
  std::uint64_t torn_bytes = 0;   ///< what follows is no data
};
/// Reads every block. kDamaged when a block is not readable although a later one says it was on disk.
Result<SegmentTail> scan_tail(SegmentFile& file);

/// Writes a segment with these blocks and gives it its name. When this returns, file and name are durable.
/// After a failure there may be a file of that name, without acknowledged data.
Result<std::unique_ptr<File>> create_segment(FileSystem& files, const std::string& directory,
                                             const SegmentHeader& header, std::string_view blocks);

/// Where a file lies until it gets its name.
std::string temporary_path(const std::string& directory, const SegmentHeader& header);

}  // namespace firn
