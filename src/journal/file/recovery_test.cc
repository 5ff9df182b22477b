#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "journal/file/block_group.h"
#include "journal/file/file_journal.h"
#include "journal/file/format.h"
#include "journal/file/journal_fixture.h"
#include "journal/file/segment_file.h"

namespace firn {
namespace {

class RecoveryTest : public JournalFixture {
 protected:
  /// Writes a journal with the record a, then puts a block with the record b behind it, bound to a place of its own.
  void write_with_forged_block(std::uint64_t segment_change, std::uint32_t crc_change) {
    open();
    append({"a"});
    close();
    auto file = SegmentFile::open(files, last_segment()).value();
    const auto end = file.first_block().after(file.block(file.first_block()).value());
    BlockGroup group(1);
    ASSERT_TRUE(group.add(std::vector{record_of("b")}, end.position));
    group.seal(file.header().id + segment_change, end.offset, end.previous_crc + crc_change);
    replace(last_segment(), content(last_segment()) + std::string(group.bytes()));
  }
};

TEST_F(RecoveryTest, OpensAgainWithTheSameRecordsAndPositions) {
  open();
  append({"a"});
  append({"b", "c"});
  kill_and_open();
  EXPECT_EQ(all(), (Texts{"0:a", "1:b", "2:c"}));
  EXPECT_EQ(append({"d"}), 3U);
}

TEST_F(RecoveryTest, OpensManyTimesWithoutGatheringFiles) {
  open();
  append({"a"});
  append({"b"});
  for (std::uint64_t i = 0; i < 5; ++i) {
    kill_and_open();
  }
  EXPECT_LE(segments().size(), 2U);
  EXPECT_EQ(all(), (Texts{"0:a", "1:b"}));
}

TEST_F(RecoveryTest, CarriesTheLastBlockOverSoThatWhatIsReadIsOnDisk) {
  open();
  append({"a"});
  // The process dies between write and sync: the next one reads the block although it is not on disk.
  files.fail_nth(FileCall::kSync, ".seg");
  append_error({"b"});
  kill_and_open();
  EXPECT_EQ(all(), (Texts{"0:a", "1:b"}));
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    lose_power_and_open(seed);
    EXPECT_EQ(all(), (Texts{"0:a", "1:b"}));
  }
}

TEST_F(RecoveryTest, CarriesAllBlocksOfTheLastAppendOver) {
  open();
  append({"a"});
  files.fail_nth(FileCall::kSync, ".seg");
  append_error({std::string(6 << 20, 'b'), std::string(6 << 20, 'c')});
  kill_and_open();
  lose_power_and_open();
  EXPECT_EQ(all(position_of(1)).size(), 2U);
}

TEST_F(RecoveryTest, LosesNothingWhenPowerFailsAtAnyMomentOfOpening) {
  for (std::uint64_t calls = 0; calls < 20; ++calls) {
    open();
    append({"a"});
    append({"b"});
    close();
    files.stop_after(calls);
    static_cast<void>(FileJournal::open(files, options));
    lose_power_and_open(calls);
    EXPECT_EQ(all(Position(journal->end(0).value() - 2)).size(), 2U) << calls;
    close();
  }
}

TEST_F(RecoveryTest, OpensAfterEachFailureDuringOpening) {
  open();
  append({"a"});
  close();
  for (const auto call : {FileCall::kCreate, FileCall::kAppend, FileCall::kSync, FileCall::kRename, FileCall::kList,
                          FileCall::kRead, FileCall::kOpen, FileCall::kSyncDirectory}) {
    files.fail_nth(call, "");
    static_cast<void>(FileJournal::open(files, options));
    files.kill_process();
  }
  open();
  EXPECT_EQ(all(), Texts{"0:a"});
}

TEST_F(RecoveryTest, TakesATornTailForTheEnd) {
  open();
  append({"a"});
  append({"b"});
  close();
  truncate(last_segment(), content(last_segment()).size() - 1);
  open();
  EXPECT_EQ(all(), Texts{"0:a"});
  EXPECT_EQ(append({"c"}), 1U);
}

TEST_F(RecoveryTest, TakesATornAppendOfManyBlocksForTheEnd) {
  open();
  append({"a"});
  append({std::string(6 << 20, 'b'), std::string(6 << 20, 'c')});
  close();
  // Its last block reached the disk, the first did not: no later append says that it was there.
  files.corrupt(last_segment(), block_offsets(last_segment()).at(1) + 100);
  open();
  EXPECT_EQ(all(), Texts{"0:a"});
}

TEST_F(RecoveryTest, StaysClosedWhenAcknowledgedBytesBeforeTheEndAreDamaged) {
  open();
  append({"a"});
  append({"b"});
  append({"c"});
  close();
  const auto offset = block_offsets(last_segment()).at(1);
  files.corrupt(last_segment(), offset + 70);
  const auto error = open_error();
  EXPECT_EQ(error.kind, ErrorKind::kDamaged);
  EXPECT_NE(error.message().find("byte " + std::to_string(offset)), std::string::npos) << error.message();
  EXPECT_NE(error.message().find(last_segment()), std::string::npos) << error.message();
  EXPECT_NE(error.message().find(position_of(1).str()), std::string::npos) << error.message();
}

TEST_F(RecoveryTest, ReportsDamageInAnEarlierSegmentWhenItIsRead) {
  options.segment_bytes = 100;
  open();
  append({"a"});
  append({"b", "c"});
  append({"d"});
  files.corrupt(segments().at(1), kSegmentHeaderBytes + 70);
  kill_and_open();
  EXPECT_EQ(journal->read({}, 1000).value().size(), 1U);
  const auto error = read_error(position_of(1));
  EXPECT_EQ(error.kind, ErrorKind::kDamaged);
  EXPECT_NE(error.message().find("positions " + position_of(1).str() + " to " + position_of(2).str()),
            std::string::npos)
      << error.message();
  EXPECT_EQ(all(position_of(3)), Texts{"3:d"});
}

TEST_F(RecoveryTest, NamesThePositionsLostBehindADamagedHeader) {
  open();
  append({"a"});
  append({"b"});
  append({"c"});
  files.corrupt(last_segment(), block_offsets(last_segment()).at(1) + 20);
  const auto error = read_error(position_of(1));
  EXPECT_NE(error.message().find("lost: position " + position_of(1).str()), std::string::npos) << error.message();
}

TEST_F(RecoveryTest, IgnoresWhatFollowsTheEndThatASuccessorNames) {
  open();
  append({"a"});
  files.fail_nth(FileCall::kSync, ".seg");
  append_error({"never acknowledged"});
  ASSERT_TRUE(journal->reopen());
  append({"b"});
  EXPECT_EQ(segments().size(), 2U);
  EXPECT_NE(content(segments().at(0)).size(), block_offsets(segments().at(0)).at(1));
  EXPECT_EQ(all(), (Texts{"0:a", "1:b"}));
  kill_and_open();
  EXPECT_EQ(all(), (Texts{"0:a", "1:b"}));
}

TEST_F(RecoveryTest, NeverTakesABlockOfAnotherSegmentForItsOwn) {
  options.segment_bytes = 100;
  open();
  append({"a"});
  append({"b"});
  close();
  const auto old = content(segments().at(0));
  replace(last_segment(), content(last_segment()) + old.substr(kSegmentHeaderBytes));
  open();
  EXPECT_EQ(all(), (Texts{"0:a", "1:b"}));
}

TEST_F(RecoveryTest, TakesABlockThatIsBoundToItsSegmentAndAttestsTheOneBeforeIt) {
  write_with_forged_block(0, 0);
  open();
  EXPECT_EQ(all(), (Texts{"0:a", "1:b"}));
}

TEST_F(RecoveryTest, NeverTakesABlockThatIsBoundToAnotherSegment) {
  write_with_forged_block(1, 0);
  open();
  EXPECT_EQ(all(), Texts{"0:a"});
}

TEST_F(RecoveryTest, NeverTakesABlockThatDoesNotAttestTheOneBeforeIt) {
  write_with_forged_block(0, 1);
  open();
  EXPECT_EQ(all(), Texts{"0:a"});
}

TEST_F(RecoveryTest, NeverTakesABlockTwice) {
  open();
  append({"a"});
  append({"b"});
  close();
  const auto bytes = content(last_segment());
  replace(last_segment(), bytes + bytes.substr(block_offsets(last_segment()).at(1)));
  open();
  EXPECT_EQ(all(), (Texts{"0:a", "1:b"}));
}

TEST_F(RecoveryTest, StaysClosedWhenASegmentIsMissingBetweenTwoOthers) {
  options.segment_bytes = 100;
  open();
  append({"a"});
  append({"b"});
  append({"c"});
  close();
  ASSERT_TRUE(files.remove(segments().at(1)));
  EXPECT_EQ(open_error().kind, ErrorKind::kDamaged);
}

TEST_F(RecoveryTest, StaysClosedWhenASegmentIsNotTheOneItsSuccessorNames) {
  options.segment_bytes = 100;
  open();
  append({"a"});
  append({"b"});
  close();
  auto header = *decode_segment_header(content(segments().at(0)).substr(0, kSegmentHeaderBytes));
  header.id += 1;
  replace(segments().at(0), encode(header));
  EXPECT_EQ(open_error().kind, ErrorKind::kDamaged);
}

TEST_F(RecoveryTest, StaysClosedWhenASegmentIsShorterThanItsSuccessorSays) {
  options.segment_bytes = 100;
  open();
  append({"a"});
  append({"b"});
  close();
  truncate(segments().at(0), content(segments().at(0)).size() - 1);
  EXPECT_EQ(open_error().kind, ErrorKind::kDamaged);
}

TEST_F(RecoveryTest, StaysClosedWhenTheHeaderBelongsToAnotherName) {
  open();
  close();
  ASSERT_TRUE(files.rename(last_segment(), options.directory + "/00281474976710656000-00000001.seg"));
  EXPECT_EQ(open_error().kind, ErrorKind::kDamaged);
}

TEST_F(RecoveryTest, StaysClosedWhenItsEndLiesBeforeTheCatalogsCursor) {
  open();
  append({"a"});
  append({"b"});
  close();
  truncate(last_segment(), content(last_segment()).size() - 1);
  options.at_least = position_of(2);
  const auto before = segments();
  EXPECT_EQ(open_error().kind, ErrorKind::kDamaged);
  EXPECT_EQ(segments(), before);
  options.at_least = position_of(1);
  open();
}

TEST_F(RecoveryTest, StaysClosedWhenTheWholeFolderIsGoneButRecordsWereAcknowledged) {
  options.at_least = position_of(1);
  EXPECT_EQ(open_error().kind, ErrorKind::kDamaged);
  EXPECT_TRUE(segments().empty());
}

TEST_F(RecoveryTest, LeavesForeignFilesAlone) {
  open();
  replace(options.directory + "/notes.txt", "mine");
  kill_and_open();
  EXPECT_EQ(content(options.directory + "/notes.txt"), "mine");
}

TEST_F(RecoveryTest, DoesNotTakeMemoryForSizesThatDamageMadeUp) {
  open();
  append({"a"});
  close();
  BlockHeader header;
  header.segment = decode_segment_header(content(last_segment()).substr(0, kSegmentHeaderBytes))->id;
  header.first = position_of(1);
  header.count = 1;
  header.payload_bytes = 0xFFFFFFFFU;
  EXPECT_FALSE(decode_block_header(encode(header)));
  header.payload_bytes = 200U << 20U;
  header.raw_bytes = 200U << 20U;
  header.previous_crc = header_crc(content(last_segment()).substr(kSegmentHeaderBytes, kBlockHeaderBytes));
  replace(last_segment(), content(last_segment()) + encode(header));
  open();
  EXPECT_EQ(all(), Texts{"0:a"});
}

}  // namespace
}  // namespace firn
