#include "journal/file/record_block.h"

#include <zstd.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/result.h"
#include "journal/file/format.h"
#include "model/record.h"

namespace firn {
namespace {

std::unexpected<Error> damaged(const char* reason) {
  return fail(Error{ErrorKind::kDamaged, "unpack", "block", reason, ""});
}

}  // namespace

struct RecordBlock::Decompressor {
  struct Free {
    void operator()(ZSTD_DCtx* freed) const { ZSTD_freeDCtx(freed); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context{ZSTD_createDCtx()};
};

RecordBlock::RecordBlock() : decompressor_(std::make_unique<Decompressor>()) {
  FIRN_CHECK(decompressor_->context != nullptr, "there is memory for a decompressor");
}
RecordBlock::~RecordBlock() = default;
RecordBlock::RecordBlock(RecordBlock&&) noexcept = default;
RecordBlock& RecordBlock::operator=(RecordBlock&&) noexcept = default;

Status RecordBlock::load(const BlockHeader& header, std::string_view payload) {
  left_ = 0;
  used_ = 0;
  if (header.packing == BlockPacking::kStored) {
    raw_.assign(payload);
  } else {
    raw_.resize(header.raw_bytes);
    const std::size_t size =
        ZSTD_decompressDCtx(decompressor_->context.get(), raw_.data(), raw_.size(), payload.data(), payload.size());
    if (ZSTD_isError(size) != 0 || size != raw_.size()) {
      return damaged("it does not decompress to the size in its header");
    }
  }
  position_ = header.first;
  left_ = header.count;
  return {};
}

Result<StoredRecord> RecordBlock::next() {
  ByteReader in(std::string_view(raw_).substr(used_));
  FIRN_ASSIGN(auto record, decode_record(in));
  used_ = raw_.size() - in.remaining();
  --left_;
  if (left_ == 0 && in.remaining() != 0) {
    return damaged("it holds more than the records its header counts");
  }
  StoredRecord stored{position_, std::move(record)};
  position_ = position_.plus(1);
  return stored;
}

}  // namespace firn
