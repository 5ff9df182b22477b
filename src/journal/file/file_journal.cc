#include "journal/file/file_journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/crash_point.h"
#include "base/mutex.h"
#include "base/result.h"
#include "journal/file/block_group.h"
#include "journal/file/format.h"
#include "journal/file/record_cursor.h"
#include "journal/file/segment_chain.h"
#include "journal/file/segment_file.h"
#include "journal/file/segment_list.h"
#include "model/position.h"
#include "model/record.h"
#include "platform/file_system.h"

namespace firn {
namespace {

constexpr std::size_t kKeptCursors = 2;

std::uint32_t crc_of(const SegmentHeader& header) { return header_crc(encode(header)); }

Error poisoned(const std::string& directory, const std::string& reason) {
  return {ErrorKind::kPoisoned, "append to journal", directory, reason, "firn reopens the journal by itself"};
}

}  // namespace

/// What one read() collects.
struct FileJournal::Batch {
  std::size_t max_bytes = 0;
  std::size_t bytes = 0;
  bool full = false;
  std::vector<StoredRecord> records;

  [[nodiscard]] bool takes(const StoredRecord& record) const {
    return records.empty() || (bytes + record.record.body.size() <= max_bytes &&
                               record.position.generation() == records.front().position.generation());
  }
  void take(StoredRecord record) {
    bytes += record.record.body.size();
    records.push_back(std::move(record));
  }
};

FileJournal::FileJournal(FileSystem& files, FileJournalOptions options)
    : files_(files), options_(std::move(options)), group_(options_.compression_level) {}

Result<std::unique_ptr<FileJournal>> FileJournal::open(FileSystem& files, const FileJournalOptions& options) {
  auto journal = std::unique_ptr<FileJournal>(new FileJournal(files, options));
  {
    MutexLock lock(journal->append_mutex_);
    FIRN_TRY(journal->recover());
  }
  // What cannot be removed now is removed by a later retire() or open().
  static_cast<void>(journal->remove_unused());
  return journal;
}

Status FileJournal::recover() {
  FIRN_TRY(files_.create_directories(options_.directory));
  FIRN_ASSIGN(const auto folder, list_segments(files_, options_.directory));
  FIRN_ASSIGN(auto chain, load_chain(files_, folder));
  auto unused = std::move(chain.passed_over);
  unused.insert(unused.end(), folder.temporary.begin(), folder.temporary.end());
  const bool fresh = chain.segments.empty();
  segments_.assign(std::move(chain.segments), unused);
  if (!fresh) {
    return recover_last();
  }
  const Position first = Position::make(options_.generation, 0, 0);
  FIRN_TRY(check_end(first));
  FIRN_ASSIGN(auto segment, create(first, SegmentLink{0, 0, 0, first, 0}, {}));
  segments_.push(std::move(segment));
  return {};
}

Status FileJournal::recover_last() {
  const Segment last = segments_.last();
  if (last.header.repeater != repeater_digest(options_.repeater)) {
    return fail(Error{ErrorKind::kConfiguration, "open journal", options_.directory,
                      fmt::format("it is not the journal of repeater {}", options_.repeater.str()),
                      "was the folder renamed, or copied from another repeater?"});
  }
  FIRN_ASSIGN(auto file, SegmentFile::open(files_, last.path));
  FIRN_ASSIGN(const auto tail, scan_tail(file));
  const std::uint64_t generation = tail.end.position.generation();
  if (generation > options_.generation) {
    return fail(Error{ErrorKind::kConfiguration, "open journal", options_.directory,
                      fmt::format("it is of generation {}, the catalog of {}", generation, options_.generation),
                      "journal and catalog are not of the same time: bring back both from the same copy"});
  }
  const Position restart = Position::make(options_.generation, 0, 0);
  FIRN_TRY(check_end(std::max(tail.end.position, restart)));
  next_number_ = last.header.number + 1;
  segments_.extend_last(tail.durable);
  FIRN_TRY(start_segment(tail.durable.position, tail.unattested));
  crash_point("journal.carried_over");
  return generation < options_.generation ? start_segment(restart, {}) : Status();
}

Status FileJournal::check_end(Position end) const {
  if (!options_.at_least || *options_.at_least <= end) {
    return {};
  }
  return fail(Error{ErrorKind::kDamaged, "open journal", options_.directory,
                    fmt::format("it ends at position {}, but records before position {} were acknowledged and "
                                "packed already: its end is lost",
                                end.str(), options_.at_least->str()),
                    "put the missing files back, or run `firn journal salvage`"});
}

Result<Segment> FileJournal::create(Position first, const SegmentLink& predecessor, std::span<const Block> blocks) {
  SegmentHeader header;
  header.number = next_number_++;
  header.first = first;
  header.repeater = repeater_digest(options_.repeater);
  header.predecessor = predecessor;
  header.id = segment_id(header);
  BlockGroup group(options_.compression_level);
  for (const Block& block : blocks) {
    group.add(block.header, block.payload);
  }
  const std::uint32_t crc = group.seal(header.id, kSegmentHeaderBytes, crc_of(header));
  FIRN_ASSIGN(active_, create_segment(files_, options_.directory, header, group.bytes()));
  const std::uint64_t end = kSegmentHeaderBytes + group.size();
  const Position next = blocks.empty() ? first : blocks.back().header.next();
  return Segment{header, join(options_.directory, segment_name(header)), end, end, next, crc};
}

Status FileJournal::start_segment(Position first, std::span<const Block> blocks) {
  const Segment last = segments_.last();
  if (last.has_blocks()) {
    FIRN_ASSIGN(auto segment, create(first, last.link(), blocks));
    segments_.push(std::move(segment));
  } else {
    FIRN_ASSIGN(auto segment, create(first, last.header.predecessor, blocks));
    segments_.replace_last(std::move(segment));
  }
  return {};
}

Result<std::vector<Position>> FileJournal::append(std::span<const Record> records) {
  MutexLock lock(append_mutex_);
  if (active_ == nullptr) {
    return fail(poisoned(options_.directory, "an earlier write failed"));
  }
  const Segment last = segments_.last();
  FIRN_CHECK(records.size() <= Position::kMaxOffset - last.next.offset(), "a generation has room for 2^40 records");
  group_.clear();
  FIRN_TRY(group_.add(records, last.next));
  const bool rotate = last.has_blocks() && last.end >= options_.segment_bytes;
  const std::uint64_t needed = group_.size() + (rotate ? kSegmentHeaderBytes : 0);
  if (segments_.file_bytes() + needed > options_.quota_bytes) {
    return fail(Error{ErrorKind::kNoSpace, "append to journal", options_.directory,
                      fmt::format("its quota of {} bytes is used up", options_.quota_bytes),
                      "raise the quota, or look why its records are not being loaded"});
  }
  if (!records.empty()) {
    if (auto written = write_group(rotate, records.size()); !written) {
      return fail(poison(written.error()));
    }
  }
  std::vector<Position> positions(records.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    positions[i] = last.next.plus(i);
  }
  return positions;
}

Status FileJournal::write_group(bool rotate, std::uint64_t count) {
  if (rotate) {
    FIRN_TRY(start_segment(segments_.end(), {}));
  }
  const Segment last = segments_.last();
  const std::uint32_t crc = group_.seal(last.header.id, last.end, last.end_crc.value_or(0));
  segments_.add_file_bytes(group_.size());
  FIRN_TRY(active_->append(group_.bytes()));
  crash_point("journal.after_write_before_sync");
  FIRN_TRY(active_->sync());
  segments_.extend_last({last.end + group_.size(), last.next.plus(count), crc});
  return {};
}

Error FileJournal::poison(const Error& cause) {
  active_.reset();
  Error error = poisoned(options_.directory, cause.message());
  if (cause.kind == ErrorKind::kNoSpace) {
    error.kind = ErrorKind::kNoSpace;
  }
  return error;
}

Status FileJournal::reopen() {
  MutexLock lock(append_mutex_);
  if (active_ != nullptr) {
    return {};
  }
  FIRN_TRY(start_segment(segments_.end(), {}));
  // An emptied segment may hold what filled the disk. What cannot be removed now is removed by a later retire().
  static_cast<void>(remove_unused());
  return {};
}

Result<std::vector<StoredRecord>> FileJournal::read(Position from, std::size_t max_bytes) {
  Batch batch;
  batch.max_bytes = max_bytes;
  if (from.partition() != 0) {
    return std::move(batch.records);
  }
  while (const auto segment = segments_.find(from)) {
    const auto status = read_segment(*segment, std::max(from, segment->header.first), batch);
    if (!status) {
      if (!segments_.holds(segment->header.number)) {
        continue;  // It was retired meanwhile: go on with the first one kept.
      }
      if (batch.records.empty()) {
        return fail(status.error());
      }
      break;
    }
    if (batch.full) {
      break;
    }
    from = segment->next;
  }
  return std::move(batch.records);
}

Status FileJournal::read_segment(const Segment& segment, Position from, Batch& batch) {
  if (!segment.has_blocks()) {
    return {};
  }
  FIRN_ASSIGN(auto cursor, take_cursor(segment, from));
  FIRN_TRY(cursor.seek(from));
  while (true) {
    FIRN_ASSIGN(StoredRecord * record, cursor.peek());
    if (record == nullptr) {
      if (segments_.last().header.number == cursor.segment_number()) {
        keep_cursor(std::move(cursor));
      }
      return {};
    }
    if (!batch.takes(*record)) {
      batch.full = true;
      keep_cursor(std::move(cursor));
      return {};
    }
    batch.take(std::move(*record));
    cursor.advance();
  }
}

Result<RecordCursor> FileJournal::take_cursor(const Segment& segment, Position from) {
  {
    MutexLock lock(cursor_mutex_);
    const auto found = std::ranges::find_if(cursors_, [&](const RecordCursor& cursor) {
      return cursor.segment_number() == segment.header.number && cursor.position() == from;
    });
    if (found != cursors_.end()) {
      RecordCursor cursor = std::move(*found);
      cursors_.erase(found);
      cursor.update(segment);
      return cursor;
    }
  }
  return RecordCursor::open(files_, segment);
}

void FileJournal::keep_cursor(RecordCursor cursor) {
  MutexLock lock(cursor_mutex_);
  if (cursors_.size() == kKeptCursors) {
    cursors_.erase(cursors_.begin());
  }
  cursors_.push_back(std::move(cursor));
}

Position FileJournal::begin(std::uint64_t partition) const {
  return partition == 0 ? segments_.begin() : Position::make(options_.generation, partition, 0);
}

Position FileJournal::end(std::uint64_t partition) const {
  return partition == 0 ? segments_.end() : Position::make(options_.generation, partition, 0);
}

Status FileJournal::retire(Position up_to) {
  segments_.retire(up_to);
  return remove_unused();
}

Status FileJournal::remove_unused() {
  MutexLock lock(retire_mutex_);
  while (const auto path = segments_.first_unused()) {
    if (auto removed = files_.remove(*path); !removed && removed.error().kind != ErrorKind::kNotFound) {
      return removed;
    }
    crash_point("journal.retire");
    // One by one, so that a crash leaves no gap between the segments.
    FIRN_TRY(files_.sync_directory(options_.directory));
    segments_.forget_first_unused();
  }
  return {};
}

std::uint64_t FileJournal::disk_bytes() const { return segments_.file_bytes(); }

}  // namespace firn
