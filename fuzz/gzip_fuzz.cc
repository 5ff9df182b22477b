// Packed request bodies. The first byte chooses how the bytes are cut, the second how much content is wanted.

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "fuzz/input.h"
#include "platform/gzip_reader.h"

namespace firn {
namespace {

constexpr std::size_t kLargestPart = 16U << 10U;
constexpr std::size_t kMostContent = 4U << 20U;

struct Unpacked {
  GzipReader::Outcome outcome = GzipReader::Outcome::kGood;
  bool complete = false;
  std::string content;
};

Unpacked unpack(std::string_view packed, std::size_t cut, std::size_t wanted) {
  GzipReader reader;
  Unpacked unpacked;
  while (!packed.empty() && unpacked.outcome == GzipReader::Outcome::kGood) {
    const std::string_view part = packed.substr(0, cut);
    packed.remove_prefix(part.size());
    unpacked.outcome = reader.put(part, [&](std::string_view content) {
      FIRN_CHECK(content.size() <= kLargestPart, "little is held");
      unpacked.content += content;
      return unpacked.content.size() <= wanted;
    });
  }
  unpacked.complete = unpacked.outcome == GzipReader::Outcome::kGood && reader.complete();
  return unpacked;
}

/// The content of whole members, as zlib unpacks them when all their bytes are there; nothing when they are damaged.
std::optional<std::string> unpack_at_once(std::string_view packed) {
  z_stream stream{};
  FIRN_CHECK(inflateInit2(&stream, 15 + 16) == Z_OK, "there is memory");
  std::string bytes(packed);
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string content;
  std::array<char, kLargestPart> room{};
  int outcome = Z_OK;
  while (outcome == Z_OK && content.size() <= kMostContent) {
    stream.next_out = reinterpret_cast<Bytef*>(room.data());
    stream.avail_out = room.size();
    outcome = inflate(&stream, Z_NO_FLUSH);
    content.append(room.data(), room.size() - stream.avail_out);
    if (outcome == Z_STREAM_END && stream.avail_in > 0) {
      outcome = inflateReset(&stream);
    }
  }
  inflateEnd(&stream);
  return outcome == Z_STREAM_END ? std::optional(content) : std::nullopt;
}

void run(std::size_t cut, std::size_t wanted, std::string_view packed) {
  const Unpacked whole = unpack(packed, packed.size(), kMostContent);
  const Unpacked parts = unpack(packed, cut, kMostContent);
  // Damage behind the last content that is wanted is seen, or not any more.
  FIRN_CHECK(whole.complete == parts.complete, "however the bytes are cut");
  FIRN_CHECK(!whole.complete || whole.content == parts.content, "however the bytes are cut");
  if (whole.complete) {
    FIRN_CHECK(unpack_at_once(packed) == whole.content, "zlib unpacks the same");
  }
  const Unpacked bounded = unpack(packed, cut, wanted);
  FIRN_CHECK(bounded.content.size() <= wanted + kLargestPart, "it ends where nobody wants more");
  FIRN_CHECK(!whole.complete || whole.content.size() <= wanted || bounded.outcome == GzipReader::Outcome::kStopped,
             "more than is wanted is stopped");
}

}  // namespace
}  // namespace firn

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  firn::FuzzInput input(data, size);
  const std::size_t cut = 1 + input.number(1);
  const std::size_t wanted = 64 * input.number(1);
  const std::string_view packed = input.rest();
  if (!packed.empty()) {
    firn::run(cut, wanted, packed);
  }
  return 0;
}
