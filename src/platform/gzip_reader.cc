#include "platform/gzip_reader.h"

#include <zlib.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/check.h"

namespace firn {
namespace {

constexpr std::size_t kPiece = 16U << 10U;
constexpr int kGzipOnly = 16 + MAX_WBITS;
// Packed bytes may exceed the content by an eighth and this: room for a name or comment in the header, while empty
// members or blocks without end are refused.
constexpr std::uint64_t kSlack = 64U << 10U;

}  // namespace

struct GzipReader::Stream {
  z_stream z{};
  std::uint64_t packed = 0;
  std::uint64_t content = 0;
  bool member_open = true;  // a member has begun, or the first one must still come
  std::array<char, kPiece> piece;
};

GzipReader::GzipReader() : stream_(std::make_unique<Stream>()) {
  FIRN_CHECK(inflateInit2(&stream_->z, kGzipOnly) == Z_OK, "there is memory for a gzip stream");
}

GzipReader::~GzipReader() { inflateEnd(&stream_->z); }

bool GzipReader::complete() const { return !stream_->member_open; }

GzipReader::Outcome GzipReader::put(std::string_view packed, const Take& take) {
  Stream& stream = *stream_;
  stream.packed += packed.size();
  stream.z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.z.avail_in = static_cast<uInt>(packed.size());
  bool more = !packed.empty();
  while (more) {
    if (!stream.member_open) {
      inflateReset(&stream.z);
      stream.member_open = true;
    }
    stream.z.next_out = reinterpret_cast<Bytef*>(stream.piece.data());
    stream.z.avail_out = kPiece;
    const int result = inflate(&stream.z, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      return Outcome::kDamaged;
    }
    const std::size_t size = kPiece - stream.z.avail_out;
    stream.content += size;
    if (size > 0 && !take({stream.piece.data(), size})) {
      return Outcome::kStopped;
    }
    stream.member_open = result != Z_STREAM_END;
    // A full piece may hide more; at a member's end there is no more without input.
    more = result != Z_BUF_ERROR && (stream.z.avail_in > 0 || (stream.member_open && stream.z.avail_out == 0));
  }
  return stream.packed > stream.content + stream.content / 8 + kSlack ? Outcome::kDamaged : Outcome::kGood;
}

}  // namespace firn
