#include "journal/file/segment_list.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "journal/file/format.h"
#include "journal/file/segment_file.h"
#include "model/position.h"

namespace firn {

SegmentLink Segment::link() const { return {header.number, header.id, end, next, end_crc.value_or(0)}; }

void SegmentList::assign(std::vector<Segment> chain, const std::vector<std::string>& unused) {
  MutexLock lock(mutex_);
  chain_.assign(std::move_iterator(chain.begin()), std::move_iterator(chain.end()));
  unused_.clear();
  for (const auto& path : unused) {
    unused_.push_back({path, 0});
  }
}

void SegmentList::push(Segment segment) {
  MutexLock lock(mutex_);
  chain_.push_back(std::move(segment));
}

void SegmentList::replace_last(Segment segment) {
  MutexLock lock(mutex_);
  unused_.push_back({chain_.back().path, chain_.back().file_bytes});
  chain_.back() = std::move(segment);
}

void SegmentList::extend_last(const BlockPlace& end) {
  MutexLock lock(mutex_);
  Segment& last = chain_.back();
  last.end = end.offset;
  last.next = end.position;
  last.end_crc = end.previous_crc;
}

void SegmentList::add_file_bytes(std::uint64_t bytes) {
  MutexLock lock(mutex_);
  chain_.back().file_bytes += bytes;
}

Segment SegmentList::last() const {
  MutexLock lock(mutex_);
  return chain_.back();
}

std::optional<Segment> SegmentList::find(Position from) const {
  MutexLock lock(mutex_);
  const auto found = std::upper_bound(chain_.begin(), chain_.end(), from,
                                      [](Position at, const Segment& segment) { return at < segment.next; });
  return found == chain_.end() ? std::nullopt : std::optional(*found);
}

bool SegmentList::holds(std::uint64_t number) const {
  MutexLock lock(mutex_);
  return std::any_of(chain_.begin(), chain_.end(),
                     [number](const Segment& segment) { return segment.header.number == number; });
}

Position SegmentList::begin() const {
  MutexLock lock(mutex_);
  return chain_.front().header.first;
}

Position SegmentList::end() const {
  MutexLock lock(mutex_);
  return chain_.back().next;
}

std::uint64_t SegmentList::file_bytes() const {
  MutexLock lock(mutex_);
  std::uint64_t bytes = 0;
  for (const auto& segment : chain_) {
    bytes += segment.file_bytes;
  }
  for (const auto& unused : unused_) {
    bytes += unused.bytes;
  }
  return bytes;
}

void SegmentList::retire(Position up_to) {
  MutexLock lock(mutex_);
  while (chain_.size() > 1 && chain_.front().next <= up_to) {
    unused_.push_back({chain_.front().path, chain_.front().file_bytes});
    chain_.pop_front();
  }
}

std::optional<std::string> SegmentList::first_unused() const {
  MutexLock lock(mutex_);
  return unused_.empty() ? std::nullopt : std::optional(unused_.front().path);
}

void SegmentList::forget_first_unused() {
  MutexLock lock(mutex_);
  unused_.pop_front();
}

}  // namespace firn
