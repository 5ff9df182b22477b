#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "journal/file/block_group.h"
#include "journal/file/format.h"
#include "journal/file/record_cursor.h"
#include "journal/file/segment_list.h"
#include "model/journal.h"
#include "model/names.h"
#include "model/position.h"
#include "model/record.h"
#include "platform/file_system.h"

namespace firn {

struct FileJournalOptions {
  std::string directory;  ///< of this repeater alone; made when it is not there
  RepeaterName repeater;
  std::uint64_t generation = 1;
  std::uint64_t segment_bytes = 64ULL << 20U;  ///< on disk; a segment that is longer is not added to
  std::uint64_t quota_bytes = std::numeric_limits<std::uint64_t>::max();  ///< of all segment files
  int compression_level = 1;  ///< of zstd; faster levels were not faster (docs/performance.md)
  /// The catalog's cursor: everything before it was acknowledged, and must be there or have been retired.
  std::optional<Position> at_least = std::nullopt;
};

/// The journal in files of its own folder (docs/formats/journal.md). It has one partition, 0. One process at a time may
/// have it open: the caller holds the data directory's lock.
/// Reads do not wait for appends, nor appends for reads. Memory: one append's blocks, and at most two readers' buffers
/// of one block each.
class FileJournal final : public Journal {
 public:
  /// Finds the end of the log, writes anew the last blocks, which nothing proves to be on disk, and starts a segment.
  /// kDamaged: acknowledged records are not there; nothing was changed. kConfiguration: the folder belongs to another
  /// repeater or a later generation. `files` must outlive the journal.
  static Result<std::unique_ptr<FileJournal>> open(FileSystem& files, const FileJournalOptions& options);

  Result<std::vector<Position>> append(std::span<const Record> records) override;
  Status reopen() override;
  Result<std::vector<StoredRecord>> read(Position from, std::size_t max_bytes) override;
  [[nodiscard]] Position begin(std::uint64_t partition) const override;
  [[nodiscard]] Position end(std::uint64_t partition) const override;
  Status retire(Position up_to) override;
  [[nodiscard]] std::uint64_t disk_bytes() const override;

 private:
  struct Batch;

  FileJournal(FileSystem& files, FileJournalOptions options);

  Status recover() FIRN_REQUIRES(append_mutex_);
  Status recover_last() FIRN_REQUIRES(append_mutex_);
  [[nodiscard]] Status check_end(Position end) const;
  Result<Segment> create(Position first, const SegmentLink& predecessor, std::span<const Block> blocks)
      FIRN_REQUIRES(append_mutex_);
  Status start_segment(Position first, std::span<const Block> blocks) FIRN_REQUIRES(append_mutex_);
  Status write_group(bool rotate, std::uint64_t count) FIRN_REQUIRES(append_mutex_);
  Error poison(const Error& cause) FIRN_REQUIRES(append_mutex_);

  Status read_segment(const Segment& segment, Position from, Batch& batch);
  Result<RecordCursor> take_cursor(const Segment& segment, Position from);
  void keep_cursor(RecordCursor cursor);
  Status remove_unused();

  // Constant after construction.
  FileSystem& files_;
  const FileJournalOptions options_;

  // Has its own synchronisation. Never held while files are read or written.
  SegmentList segments_;

  Mutex append_mutex_;                                           ///< held for a whole append or reopen
  std::unique_ptr<File> active_ FIRN_GUARDED_BY(append_mutex_);  ///< null when poisoned
  BlockGroup group_ FIRN_GUARDED_BY(append_mutex_);
  std::uint64_t next_number_ FIRN_GUARDED_BY(append_mutex_) = 1;

  Mutex retire_mutex_;  ///< held for a whole retire

  Mutex cursor_mutex_;
  std::vector<RecordCursor> cursors_ FIRN_GUARDED_BY(cursor_mutex_);  ///< where earlier reads ended
};

}  // namespace firn
