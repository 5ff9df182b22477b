#include "journal/file/format.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "journal/file/journal_fixture.h"
#include "journal/file/record_block.h"
#include "journal/file/segment_file.h"

namespace firn {
namespace {

std::string read_document() {
  std::ifstream in(FIRN_SOURCE_FOLDER "/docs/formats/journal.md");
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The bytes of the fenced block that is marked `hex`: of each line, what stands between offset and explanation.
std::string example_bytes() {
  const std::string document = read_document();
  const auto begin = document.find("```hex\n") + 7;
  std::istringstream lines(document.substr(begin, document.find("```", begin) - begin));
  std::string hex;
  for (std::string line; std::getline(lines, line);) {
    const auto bytes = line.substr(line.find(' '), line.find('|') - line.find(' '));
    std::ranges::copy_if(bytes, std::back_inserter(hex), [](char c) { return c != ' '; });
  }
  return from_hex(hex).value();
}

class JournalFormat : public JournalFixture {
 protected:
  static Record example_record() {
    Record record = record_of(R"({"id":"a"})");
    record.envelope.content_type = "application/json";
    return record;
  }
};

TEST_F(JournalFormat, TheExampleInTheDocumentIsWhatIsWritten) {
  open();
  ASSERT_TRUE(journal->append(std::vector{example_record()}));
  EXPECT_EQ(to_hex(content(last_segment())), to_hex(example_bytes()));
}

TEST_F(JournalFormat, TheExampleInTheDocumentCanBeRead) {
  const std::string bytes = example_bytes();
  const auto header = decode_segment_header(bytes.substr(0, kSegmentHeaderBytes)).value();
  EXPECT_EQ(header.number, 1U);
  EXPECT_EQ(header.first, position_of(0));
  EXPECT_EQ(header.repeater, repeater_digest(RepeaterName("forms")));
  EXPECT_EQ(header.id, segment_id(header));
  const auto block = decode_block_header(bytes.substr(kSegmentHeaderBytes, kBlockHeaderBytes)).value();
  EXPECT_EQ(block.segment, header.id);
  EXPECT_EQ(block.previous_crc, header_crc(bytes.substr(0, kSegmentHeaderBytes)));
  RecordBlock records;
  ASSERT_TRUE(records.load(block, bytes.substr(kSegmentHeaderBytes + kBlockHeaderBytes)));
  EXPECT_EQ(records.next().value().record.body, example_record().body);
  EXPECT_TRUE(records.done());
}

TEST(SegmentHeader, GoesThereAndBack) {
  const SegmentHeader header{7, 8, position_of(9), 10, {11, 12, 13, position_of(14), 15}, true};
  EXPECT_EQ(encode(header).size(), kSegmentHeaderBytes);
  EXPECT_EQ(decode_segment_header(encode(header)), header);
}

TEST(SegmentHeader, IsRefusedWhenAnyBitIsWrong) {
  const std::string bytes = encode(SegmentHeader{7, 8, position_of(9), 10, {}, false});
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(decode_segment_header(damaged)) << bit;
  }
  EXPECT_FALSE(decode_segment_header(bytes.substr(1)));
}

TEST(BlockHeaderFormat, GoesThereAndBack) {
  const BlockHeader header{BlockKind::kHole, BlockPacking::kZstd, 1, position_of(2), 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(encode(header).size(), kBlockHeaderBytes);
  EXPECT_EQ(decode_block_header(encode(header)), header);
}

TEST(BlockHeaderFormat, IsRefusedOutOfBounds) {
  BlockHeader header;
  EXPECT_FALSE(decode_block_header(encode(header)));
  header.count = 1;
  EXPECT_TRUE(decode_block_header(encode(header)));
  header.payload_bytes = static_cast<std::uint32_t>(kMaxPayloadBytes) + 1;
  EXPECT_FALSE(decode_block_header(encode(header)));
  header.payload_bytes = 0;
  header.raw_bytes = static_cast<std::uint32_t>(kMaxPayloadBytes) + 1;
  EXPECT_FALSE(decode_block_header(encode(header)));
  header.raw_bytes = 0;
  header.count = Position::kMaxOffset + 2;
  EXPECT_FALSE(decode_block_header(encode(header)));
}

TEST(RecordBlockFormat, RefusesWhatDoesNotUnpackToItsHeader) {
  BlockGroup group(1);
  ASSERT_TRUE(group.add(std::vector{record_of(std::string(1000, 'x'))}, position_of(0)));
  group.seal(1, kSegmentHeaderBytes, 0);
  const auto header = decode_block_header(group.bytes().substr(0, kBlockHeaderBytes)).value();
  const auto payload = group.bytes().substr(kBlockHeaderBytes);
  RecordBlock block;
  const auto reads = [&](std::uint64_t count, std::uint32_t raw_bytes, std::string_view bytes) {
    BlockHeader changed = header;
    changed.count = count;
    changed.raw_bytes = raw_bytes;
    return block.load(changed, bytes) && block.next();
  };
  EXPECT_TRUE(reads(1, header.raw_bytes, payload));
  EXPECT_FALSE(reads(1, header.raw_bytes - 1, payload));
  EXPECT_FALSE(reads(1, header.raw_bytes + 1, payload));
  EXPECT_FALSE(reads(1, header.raw_bytes, payload.substr(1)));
}

TEST(RecordBlockFormat, RefusesMoreOrFewerRecordsThanCounted) {
  BlockGroup group(1);
  ASSERT_TRUE(group.add(std::vector{record_of("a"), record_of("b")}, position_of(0)));
  group.seal(1, kSegmentHeaderBytes, 0);
  auto header = decode_block_header(group.bytes().substr(0, kBlockHeaderBytes)).value();
  RecordBlock block;
  header.count = 1;
  ASSERT_TRUE(block.load(header, group.bytes().substr(kBlockHeaderBytes)));
  EXPECT_EQ(block.next().error().kind, ErrorKind::kDamaged);
  header.count = 3;
  ASSERT_TRUE(block.load(header, group.bytes().substr(kBlockHeaderBytes)));
  EXPECT_TRUE(block.next());
  EXPECT_TRUE(block.next());
  EXPECT_EQ(block.next().error().kind, ErrorKind::kDamaged);
}

TEST(SegmentName, HoldsPositionAndNumber) {
  SegmentHeader header;
  header.number = 17;
  header.first = position_of(5);
  EXPECT_EQ(segment_name(header), "00000281474976710661-00000017.seg");
  EXPECT_EQ(parse_segment_name(segment_name(header)).value().first, position_of(5));
  EXPECT_EQ(parse_segment_name(segment_name(header)).value().number, 17U);
  header.number = 1'234'567'890;
  EXPECT_EQ(parse_segment_name(segment_name(header)).value().number, 1'234'567'890U);
}

TEST(SegmentName, RefusesOtherNames) {
  for (const char* name : {"", ".seg", "damaged", "00000281474976710661-00000017.seg.tmp", "notes.seg",
                           "00000281474976710661_00000017.seg", "0000028147497671066x-00000017.seg",
                           "00000281474976710661-0000001x.seg"}) {
    EXPECT_FALSE(parse_segment_name(name)) << name;
  }
}

TEST(SegmentId, DiffersWithEverythingThatComesBefore) {
  const SegmentHeader header{0, 8, position_of(9), 10, {11, 12, 13, position_of(14), 15}, false};
  SegmentHeader other = header;
  other.predecessor.header_crc += 1;
  EXPECT_NE(segment_id(header), segment_id(other));
  other = header;
  other.id = 99;
  EXPECT_EQ(segment_id(header), segment_id(other));
}

}  // namespace
}  // namespace firn
