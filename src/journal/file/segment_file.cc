#include "journal/file/segment_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "journal/file/format.h"
#include "model/position.h"
#include "platform/file_system.h"

namespace firn {
namespace {

constexpr std::size_t kWindowBytes = 256U << 10U;

bool fits_name(const SegmentHeader& header, const std::string& path) { return path.ends_with(segment_name(header)); }

}  // namespace

BlockPlace BlockPlace::after(const BlockHeader& header) const {
  return {offset + header.bytes(), header.next(), header_crc(encode(header))};
}

SegmentFile::SegmentFile(std::unique_ptr<File> file, std::string path, std::uint64_t size)
    : file_(std::move(file)), path_(std::move(path)), size_(size), limit_(size) {}

Result<SegmentFile> SegmentFile::open_with(FileSystem& files, const std::string& path, const SegmentHeader& header) {
  FIRN_ASSIGN(auto file, files.open(path));
  FIRN_ASSIGN(const auto size, file->size());
  SegmentFile segment(std::move(file), path, size);
  segment.header_ = header;
  return segment;
}

Result<SegmentFile> SegmentFile::open(FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(auto segment, open_with(files, path, {}));
  // Not through the window: opening a journal reads the headers of all segments and nothing else of most.
  FIRN_ASSIGN(const auto bytes, segment.file_->read_at(0, kSegmentHeaderBytes));
  const auto header = decode_segment_header(bytes);
  if (!header) {
    return fail(segment.damage(0, "the segment's header is not whole"));
  }
  if (!fits_name(*header, path)) {
    return fail(segment.damage(0, "the segment's header belongs to a file of another name"));
  }
  segment.header_ = *header;
  return segment;
}

BlockPlace SegmentFile::first_block() const {
  return {kSegmentHeaderBytes, header_.first, first_crc_ ? *first_crc_ : header_crc(encode(header_))};
}

Result<BlockHeader> SegmentFile::block(const BlockPlace& place) {
  FIRN_ASSIGN(const auto bytes, this->bytes(place.offset, kBlockHeaderBytes));
  const auto header = decode_block_header(bytes);
  if (!header) {
    return fail(damage(place.offset, "the block's header is not whole"));
  }
  if (header->segment != header_.id) {
    return fail(damage(place.offset, "the block belongs to another segment"));
  }
  if (header->first != place.position || header->previous_crc != place.previous_crc || header->durable > place.offset) {
    return fail(damage(place.offset, "the block does not continue the one before it"));
  }
  if (header->bytes() > limit_ - place.offset) {
    return fail(damage(place.offset, "the block is longer than the segment"));
  }
  return *header;
}

Result<std::string_view> SegmentFile::payload(std::uint64_t offset, const BlockHeader& header) {
  FIRN_ASSIGN(const auto bytes, this->bytes(offset + kBlockHeaderBytes, header.payload_bytes));
  if (bytes.size() != header.payload_bytes || crc32c(bytes) != header.payload_crc) {
    return fail(damage(offset, "the block's content has a wrong checksum"));
  }
  return bytes;
}

Result<std::optional<FoundBlock>> SegmentFile::find_block(std::uint64_t offset) {
  while (offset + kBlockHeaderBytes <= limit_) {
    FIRN_ASSIGN(const auto bytes, this->bytes(offset, kWindowBytes));
    if (bytes.size() < kBlockHeaderBytes) {
      break;
    }
    const std::size_t at = bytes.find(kBlockMagic);
    if (at == std::string_view::npos || bytes.size() - at < kBlockHeaderBytes) {
      // A header may begin at the end of this window: look at it again from there.
      const std::size_t step = at == std::string_view::npos ? bytes.size() - (kBlockMagic.size() - 1) : at;
      offset += step;
      continue;
    }
    const auto header = decode_block_header(bytes.substr(at, kBlockHeaderBytes));
    if (header && header->segment == header_.id) {
      return FoundBlock{offset + at, *header};
    }
    offset += at + 1;
  }
  return std::nullopt;
}

Result<std::optional<FoundBlock>> SegmentFile::find_witness(const BlockPlace& place) {
  std::uint64_t from = place.offset;
  while (true) {
    FIRN_ASSIGN(const auto found, find_block(from));
    if (!found || (found->header.durable > place.offset && found->header.first >= place.position)) {
      return found;
    }
    from = found->offset + 1;
  }
}

Result<std::string_view> SegmentFile::bytes(std::uint64_t offset, std::size_t size) {
  const std::uint64_t left = offset < limit_ ? limit_ - offset : 0;
  const std::size_t wanted = std::min<std::uint64_t>(size, left);
  const bool inside = offset >= window_offset_ && offset + wanted <= window_offset_ + window_.size();
  if (!inside) {
    const std::uint64_t fill = std::min<std::uint64_t>(std::max(wanted, kWindowBytes), left);
    FIRN_ASSIGN(window_, file_->read_at(offset, fill));
    window_offset_ = offset;
  }
  return std::string_view(window_).substr(offset - window_offset_, wanted);
}

std::string SegmentFile::describe(const PositionRange& range) {
  return range.first == range.last ? fmt::format("position {}", range.first.str())
                                   : fmt::format("positions {} to {}", range.first.str(), range.last.str());
}

Error SegmentFile::damage(std::uint64_t byte, std::string_view reason) const {
  return {ErrorKind::kDamaged, "read", path_, fmt::format("byte {}: {}", byte, reason),
          "stop the daemon and run `firn journal salvage`"};
}

}  // namespace firn
