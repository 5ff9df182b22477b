#include "journal/file/block_group.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/result.h"
#include "journal/file/format.h"
#include "model/position.h"
#include "model/record.h"

namespace firn {
namespace {

constexpr std::size_t kTargetRawBytes = 8U << 20U;
// Buffers that grew beyond this for one large group are given back.
constexpr std::size_t kKeptBufferBytes = 16U << 20U;

void clear_buffer(std::string& buffer) {
  if (buffer.capacity() > kKeptBufferBytes) {
    std::string().swap(buffer);
  }
  buffer.clear();
}

}  // namespace

struct BlockGroup::Compressor {
  struct Free {
    void operator()(ZSTD_CCtx* freed) const { ZSTD_freeCCtx(freed); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context{ZSTD_createCCtx()};
};

BlockGroup::BlockGroup(int compression_level) : level_(compression_level), compressor_(std::make_unique<Compressor>()) {
  FIRN_CHECK(compressor_->context != nullptr, "there is memory for a compressor");
}
BlockGroup::~BlockGroup() = default;

void BlockGroup::clear() {
  clear_buffer(raw_);
  clear_buffer(bytes_);
  blocks_.clear();
}

Status BlockGroup::add(std::span<const Record> records, Position first) {
  std::uint64_t count = 0;
  raw_.clear();
  for (const Record& record : records) {
    const std::size_t size = encoded_size(record);
    if (size > kMaxPayloadBytes) {
      clear();
      return fail(Error{ErrorKind::kInvalidInput, "append", "record",
                        fmt::format("it has {} bytes, more than a block may hold ({})", size, kMaxPayloadBytes), ""});
    }
    if (count > 0 && raw_.size() + size > kTargetRawBytes) {
      add_raw(first, count);
      first = first.plus(std::exchange(count, 0));
    }
    encode_record(record, raw_);
    ++count;
  }
  if (count > 0) {
    add_raw(first, count);
  }
  return {};
}

void BlockGroup::add_raw(Position first, std::uint64_t count) {
  BlockHeader header;
  header.first = first;
  header.count = count;
  header.raw_bytes = static_cast<std::uint32_t>(raw_.size());
  const std::size_t offset = bytes_.size();
  const std::size_t payload_at = offset + kBlockHeaderBytes;
  bytes_.resize(payload_at + ZSTD_compressBound(raw_.size()));
  std::size_t size = ZSTD_compressCCtx(compressor_->context.get(), bytes_.data() + payload_at,
                                       bytes_.size() - payload_at, raw_.data(), raw_.size(), level_);
  header.packing = BlockPacking::kZstd;
  if (ZSTD_isError(size) != 0 || size >= raw_.size()) {
    header.packing = BlockPacking::kStored;
    std::copy(raw_.begin(), raw_.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(payload_at));
    size = raw_.size();
  }
  bytes_.resize(payload_at + size);
  header.payload_bytes = static_cast<std::uint32_t>(size);
  header.payload_crc = crc32c(std::string_view(bytes_).substr(payload_at));
  blocks_.push_back({offset, header});
  raw_.clear();
}

void BlockGroup::add(const BlockHeader& header, std::string_view payload) {
  blocks_.push_back({bytes_.size(), header});
  bytes_.append(kBlockHeaderBytes, '\0');
  bytes_.append(payload);
}

void BlockGroup::add_hole(const PositionRange& range, std::string_view where) {
  BlockHeader header;
  header.kind = BlockKind::kHole;
  header.first = range.first;
  header.count = range.count();
  header.payload_bytes = static_cast<std::uint32_t>(where.size());
  header.raw_bytes = header.payload_bytes;
  header.payload_crc = crc32c(where);
  add(header, where);
}

std::uint32_t BlockGroup::seal(std::uint64_t id, std::uint64_t start, std::uint32_t previous_crc) {
  for (Placed& block : blocks_) {
    block.header.segment = id;
    block.header.durable = start;
    block.header.previous_crc = previous_crc;
    const std::string encoded = encode(block.header);
    std::copy(encoded.begin(), encoded.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(block.offset));
    previous_crc = header_crc(encoded);
  }
  return previous_crc;
}

}  // namespace firn
