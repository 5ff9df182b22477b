#include "journal/file/format.h"

#include <fmt/format.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/digest.h"
#include "model/names.h"
#include "model/position.h"

namespace firn {
namespace {

constexpr std::string_view kSegmentMagic = "FIRNSEG1";
constexpr std::size_t kPositionDigits = 20;
constexpr std::size_t kNumberDigits = 8;
constexpr std::string_view kSuffix = ".seg";
constexpr std::uint32_t kRewrittenFlag = 1;

void put_crc(std::string& out) { put_u32(out, crc32c(out)); }

bool has_right_crc(std::string_view bytes) { return crc32c(bytes.substr(0, bytes.size() - 4)) == header_crc(bytes); }

std::optional<std::uint64_t> parse_digits(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

bool is_in_bounds(const BlockHeader& header) {
  return header.count > 0 && header.count <= Position::kMaxOffset + 1 && header.payload_bytes <= kMaxPayloadBytes &&
         header.raw_bytes <= kMaxPayloadBytes;
}

}  // namespace

std::uint32_t header_crc(std::string_view encoded) { return get_u32(encoded, encoded.size() - 4); }

std::string encode(const SegmentHeader& header) {
  std::string out(kSegmentMagic);
  out.reserve(kSegmentHeaderBytes);
  put_u64(out, header.id);
  put_u64(out, header.number);
  put_u64(out, header.first.value());
  put_u64(out, header.repeater);
  put_u64(out, header.predecessor.number);
  put_u64(out, header.predecessor.id);
  put_u64(out, header.predecessor.end);
  put_u64(out, header.predecessor.next.value());
  put_u32(out, header.predecessor.header_crc);
  put_u32(out, header.rewritten ? kRewrittenFlag : 0);
  put_crc(out);
  return out;
}

std::optional<SegmentHeader> decode_segment_header(std::string_view bytes) {
  if (bytes.size() != kSegmentHeaderBytes || !bytes.starts_with(kSegmentMagic) || !has_right_crc(bytes)) {
    return std::nullopt;
  }
  SegmentHeader header;
  header.id = get_u64(bytes, 8);
  header.number = get_u64(bytes, 16);
  header.first = Position(get_u64(bytes, 24));
  header.repeater = get_u64(bytes, 32);
  header.predecessor.number = get_u64(bytes, 40);
  header.predecessor.id = get_u64(bytes, 48);
  header.predecessor.end = get_u64(bytes, 56);
  header.predecessor.next = Position(get_u64(bytes, 64));
  header.predecessor.header_crc = get_u32(bytes, 72);
  header.rewritten = (get_u32(bytes, 76) & kRewrittenFlag) != 0;
  return header;
}

std::string encode(const BlockHeader& header) {
  std::string out(kBlockMagic);
  out.reserve(kBlockHeaderBytes);
  out.push_back(static_cast<char>(header.kind));
  out.push_back(static_cast<char>(header.packing));
  put_u16(out, 0);
  put_u64(out, header.segment);
  put_u64(out, header.first.value());
  put_u64(out, header.count);
  put_u64(out, header.durable);
  put_u32(out, header.payload_bytes);
  put_u32(out, header.raw_bytes);
  put_u32(out, header.previous_crc);
  put_u32(out, header.payload_crc);
  put_crc(out);
  return out;
}

std::optional<BlockHeader> decode_block_header(std::string_view bytes) {
  if (bytes.size() != kBlockHeaderBytes || !bytes.starts_with(kBlockMagic) || !has_right_crc(bytes) ||
      static_cast<unsigned char>(bytes[4]) > 1 || static_cast<unsigned char>(bytes[5]) > 1) {
    return std::nullopt;
  }
  BlockHeader header;
  header.kind = static_cast<BlockKind>(bytes[4]);
  header.packing = static_cast<BlockPacking>(bytes[5]);
  header.segment = get_u64(bytes, 8);
  header.first = Position(get_u64(bytes, 16));
  header.count = get_u64(bytes, 24);
  header.durable = get_u64(bytes, 32);
  header.payload_bytes = get_u32(bytes, 40);
  header.raw_bytes = get_u32(bytes, 44);
  header.previous_crc = get_u32(bytes, 48);
  header.payload_crc = get_u32(bytes, 52);
  return is_in_bounds(header) ? std::optional(header) : std::nullopt;
}

std::uint64_t segment_id(const SegmentHeader& header) {
  SegmentHeader without_id = header;
  without_id.id = 0;
  return get_u64(digest128(encode(without_id)).view(), 0);
}

std::uint64_t repeater_digest(const RepeaterName& repeater) { return get_u64(digest128(repeater.str()).view(), 0); }

std::string segment_name(const SegmentHeader& header) {
  return fmt::format("{:020}-{:08}{}", header.first.value(), header.number, kSuffix);
}

std::optional<SegmentName> parse_segment_name(std::string_view name) {
  if (!name.ends_with(kSuffix)) {
    return std::nullopt;
  }
  name.remove_suffix(kSuffix.size());
  if (name.size() < kPositionDigits + 1 + kNumberDigits || name[kPositionDigits] != '-') {
    return std::nullopt;
  }
  const auto first = parse_digits(name.substr(0, kPositionDigits));
  const auto number = parse_digits(name.substr(kPositionDigits + 1));
  if (!first || !number) {
    return std::nullopt;
  }
  return SegmentName{Position(*first), *number};
}

}  // namespace firn
