#include "journal/file/record_cursor.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "journal/file/format.h"
#include "journal/file/record_block.h"
#include "journal/file/segment_file.h"
#include "journal/file/segment_list.h"
#include "model/position.h"
#include "model/record.h"
#include "platform/file_system.h"

namespace firn {
namespace {

Position last_of(const StoredRecord& stored) { return stored.lost ? stored.lost->last : stored.position; }

Position before(Position next) { return Position(next.value() - 1); }

}  // namespace

RecordCursor::RecordCursor(SegmentFile file, Segment segment)
    : file_(std::move(file)), segment_(std::move(segment)), place_(file_.first_block()), loaded_(place_) {
  file_.set_limit(segment_.end);
}

Result<RecordCursor> RecordCursor::open(FileSystem& files, const Segment& segment) {
  FIRN_ASSIGN(auto file, SegmentFile::open(files, segment.path));
  return RecordCursor(std::move(file), segment);
}

Position RecordCursor::position() const {
  if (pending_) {
    return pending_->position;
  }
  return block_.done() ? place_.position : block_.position();
}

void RecordCursor::update(const Segment& segment) {
  segment_ = segment;
  file_.set_limit(segment.end);
}

Status RecordCursor::seek(Position from) {
  if (from < position()) {
    pending_.reset();
    block_.clear();
    place_ = file_.first_block();
  }
  while (!pending_ && block_.done() && place_.offset < segment_.end) {
    FIRN_ASSIGN(const auto header, header_here());
    if (header.next() > from) {
      break;
    }
    place_ = place_.after(header);
  }
  while (true) {
    FIRN_ASSIGN(StoredRecord * stored, peek());
    if (stored == nullptr) {
      return {};
    }
    if (last_of(*stored) >= from) {
      stored->position = std::max(stored->position, from);
      return {};
    }
    advance();
  }
}

Result<StoredRecord*> RecordCursor::peek() {
  while (!pending_ && block_.done() && place_.offset < segment_.end) {
    FIRN_TRY(load_block());
  }
  if (!pending_ && block_.done()) {
    FIRN_TRY(check_end());
    return nullptr;
  }
  FIRN_TRY(load_pending());
  return &*pending_;
}

void RecordCursor::advance() { pending_.reset(); }

Status RecordCursor::load_pending() {
  if (pending_) {
    return {};
  }
  const PositionRange rest{block_.position(), before(place_.position)};
  auto record = block_.next();
  if (!record) {
    return fail(lost(file_.damage(loaded_.offset, record.error().reason), rest));
  }
  pending_ = std::move(*record);
  return {};
}

Result<BlockHeader> RecordCursor::header_here() {
  auto header = file_.block(place_);
  if (header || header.error().kind != ErrorKind::kDamaged) {
    return header;
  }
  PositionRange range{place_.position, before(segment_.next)};
  std::uint64_t from = place_.offset;
  while (true) {
    FIRN_ASSIGN(const auto found, file_.find_block(from));
    if (!found) {
      break;
    }
    if (found->header.first > place_.position) {
      range.last = before(found->header.first);
      break;
    }
    from = found->offset + 1;
  }
  return fail(lost(header.error(), range));
}

Status RecordCursor::load_block() {
  FIRN_ASSIGN(const auto header, header_here());
  const PositionRange range{header.first, before(header.next())};
  const auto payload = file_.payload(place_.offset, header);
  if (!payload) {
    return fail(payload.error().kind == ErrorKind::kDamaged ? lost(payload.error(), range) : payload.error());
  }
  if (header.kind == BlockKind::kHole) {
    pending_ = StoredRecord{header.first, {}, LostRange{range.last, std::string(*payload)}};
  } else if (auto loaded = block_.load(header, *payload); !loaded) {
    return fail(lost(file_.damage(place_.offset, loaded.error().reason), range));
  }
  loaded_ = place_;
  place_ = place_.after(header);
  return {};
}

Status RecordCursor::check_end() const {
  const bool right_crc = !segment_.end_crc || *segment_.end_crc == place_.previous_crc;
  if (place_.position == segment_.next && right_crc) {
    return {};
  }
  const Error error = file_.damage(place_.offset, "the segment does not end as the next one says");
  return fail(place_.position < segment_.next ? lost(error, {place_.position, before(segment_.next)}) : error);
}

Error RecordCursor::lost(const Error& error, const PositionRange& range) const {
  Error with_range = error;
  with_range.reason += "; lost: " + SegmentFile::describe(range);
  return with_range;
}

}  // namespace firn
