#include "tests/support/memory_journal.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "model/position.h"
#include "model/record.h"

namespace firn {
namespace {

Error failure(ErrorKind kind, const char* operation, const char* reason) {
  return {kind, operation, "journal in memory", reason, ""};
}

Position last_of(const StoredRecord& stored) { return stored.lost ? stored.lost->last : stored.position; }

}  // namespace

Result<std::vector<Position>> MemoryJournal::append(std::span<const Record> records) {
  MutexLock lock(mutex_);
  if (poisoned_) {
    return fail(failure(ErrorKind::kPoisoned, "append to", "an earlier append failed"));
  }
  std::uint64_t size = 0;
  for (const auto& record : records) {
    size += encoded_size(record);
  }
  if (bytes_ + size > quota_bytes_) {
    return fail(failure(ErrorKind::kNoSpace, "append to", "its quota is used up"));
  }
  if (const auto kind = std::exchange(next_failure_, std::nullopt)) {
    poisoned_ = true;
    return fail(failure(*kind, "append to", "a test wants it to fail"));
  }
  std::vector<Position> positions;
  for (const auto& record : records) {
    const auto position = Position::make(generation_, 0, next_offset_++);
    entries_.emplace(position, StoredRecord{position, record});
    positions.push_back(position);
  }
  bytes_ += size;
  return positions;
}

Status MemoryJournal::reopen() {
  MutexLock lock(mutex_);
  if (std::exchange(reopen_fails_, false)) {
    return fail(failure(ErrorKind::kUnavailable, "reopen", "a test wants it to fail"));
  }
  poisoned_ = false;
  return {};
}

Result<std::vector<StoredRecord>> MemoryJournal::read(Position from, std::size_t max_bytes) {
  MutexLock lock(mutex_);
  std::vector<StoredRecord> records;
  if (from.partition() != 0) {
    return records;
  }
  std::size_t bytes = 0;
  for (const auto& [position, stored] : entries_) {
    if (last_of(stored) < from) {
      continue;
    }
    const bool is_damaged = damaged_ && *damaged_ == position;
    if (!records.empty() && (is_damaged || bytes + stored.record.body.size() > max_bytes)) {
      break;
    }
    if (is_damaged) {
      return fail(failure(ErrorKind::kDamaged, "read", "a test wants it to be damaged"));
    }
    bytes += stored.record.body.size();
    records.push_back(stored);
    records.back().position = std::max(position, from);
  }
  return records;
}

Position MemoryJournal::begin_locked() const {
  return entries_.empty() ? Position::make(generation_, 0, next_offset_) : entries_.begin()->first;
}

Position MemoryJournal::begin(std::uint64_t partition) const {
  MutexLock lock(mutex_);
  return partition == 0 ? begin_locked() : Position::make(generation_, partition, 0);
}

Position MemoryJournal::end(std::uint64_t partition) const {
  MutexLock lock(mutex_);
  return Position::make(generation_, partition, partition == 0 ? next_offset_ : 0);
}

Status MemoryJournal::retire(Position up_to) {
  MutexLock lock(mutex_);
  while (!entries_.empty() && last_of(entries_.begin()->second) < up_to) {
    bytes_ -= std::min<std::uint64_t>(bytes_, encoded_size(entries_.begin()->second.record));
    entries_.erase(entries_.begin());
  }
  return {};
}

std::uint64_t MemoryJournal::disk_bytes() const {
  MutexLock lock(mutex_);
  return bytes_;
}

void MemoryJournal::fail_next_append(ErrorKind kind) {
  MutexLock lock(mutex_);
  next_failure_ = kind;
}

void MemoryJournal::fail_next_reopen() {
  MutexLock lock(mutex_);
  reopen_fails_ = true;
}

void MemoryJournal::damage(Position position) {
  MutexLock lock(mutex_);
  damaged_ = position;
}

void MemoryJournal::lose(const PositionRange& range, const std::string& where) {
  MutexLock lock(mutex_);
  entries_.erase(entries_.lower_bound(range.first), entries_.upper_bound(range.last));
  entries_[range.first] = StoredRecord{range.first, {}, LostRange{range.last, where}};
  damaged_.reset();
}

}  // namespace firn
