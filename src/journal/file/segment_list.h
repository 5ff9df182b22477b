#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "journal/file/format.h"
#include "journal/file/segment_file.h"
#include "model/position.h"

namespace firn {

/// One segment of the chain, and how much of its file is data.
struct Segment {
  SegmentHeader header;
  std::string path;
  std::uint64_t file_bytes = 0;
  std::uint64_t end = 0;                 ///< byte behind the last block that is data
  Position next;                         ///< position behind the last record
  std::optional<std::uint32_t> end_crc;  ///< CRC of the last block's header; unknown behind a rewritten segment

  [[nodiscard]] bool has_blocks() const { return end > kSegmentHeaderBytes; }
  /// What a successor's header says of it. Only where end_crc is known.
  [[nodiscard]] SegmentLink link() const;
};

/// The durable content of a journal as readers may see it. The last segment is the one being written. Threads: any.
class SegmentList {
 public:
  /// `unused` are files that are not part of the chain.
  void assign(std::vector<Segment> chain, const std::vector<std::string>& unused);

  /// Makes `segment` the last one.
  void push(Segment segment);
  /// The same, after taking away the last one, which has no data; its file is unused from now on.
  void replace_last(Segment segment);
  /// More of the last segment is durable.
  void extend_last(const BlockPlace& end);
  /// Bytes are about to be added to the last file; they count even when that fails.
  void add_file_bytes(std::uint64_t bytes);

  [[nodiscard]] Segment last() const;
  /// The segment that holds the first record at or behind `from`; nothing at the end.
  [[nodiscard]] std::optional<Segment> find(Position from) const;
  [[nodiscard]] bool holds(std::uint64_t number) const;
  [[nodiscard]] Position begin() const;
  [[nodiscard]] Position end() const;
  [[nodiscard]] std::uint64_t file_bytes() const;

  /// Takes away every segment but the last whose records all lie before `up_to`; their files are unused.
  void retire(Position up_to);
  /// The oldest file to be removed.
  [[nodiscard]] std::optional<std::string> first_unused() const;
  void forget_first_unused();

 private:
  struct Unused {
    std::string path;
    std::uint64_t bytes = 0;
  };

  mutable Mutex mutex_;
  std::deque<Segment> chain_ FIRN_GUARDED_BY(mutex_);  ///< never empty once the journal is open
  std::deque<Unused> unused_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
