#include "journal/salvage.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "journal/file/format.h"
#include "journal/file/journal_fixture.h"
#include "journal/inspect.h"

namespace firn {
namespace {

class SalvageTest : public JournalFixture {
 protected:
  /// Five records a to e, one in each block.
  void write_five(std::uint64_t segment_bytes) {
    options.segment_bytes = segment_bytes;
    open();
    for (const char* body : {"a", "b", "c", "d", "e"}) {
      append({body});
    }
    close();
  }
  std::vector<SalvagedDamage> salvage() {
    return salvage_journal(files, {options.directory, options.repeater, options.at_least}).value();
  }
  Texts after_salvage() {
    salvage();
    open();
    auto texts = all();
    close();
    return texts;
  }
  JournalInspection inspect() { return inspect_journal(files, options.directory).value(); }
};

TEST_F(SalvageTest, ChangesNothingInASoundJournal) {
  write_five(200);
  const auto before = segments();
  EXPECT_TRUE(salvage().empty());
  EXPECT_EQ(segments(), before);
}

TEST_F(SalvageTest, MakesAHoleOfADamagedBlockAndKeepsTheOthers) {
  write_five(1 << 20);
  files.corrupt(last_segment(), block_offsets(last_segment()).at(2) + 70);
  EXPECT_EQ(open_error().kind, ErrorKind::kDamaged);
  EXPECT_EQ(after_salvage(), (Texts{"0:a", "1:b", "2-2 lost", "3:d", "4:e"}));
  open();
  EXPECT_EQ(append({"f"}), 5U);
}

TEST_F(SalvageTest, SaysWhatWasLostAndKeepsTheBytes) {
  write_five(1 << 20);
  const auto path = last_segment();
  const auto offsets = block_offsets(path);
  files.corrupt(path, offsets.at(2) + 30);
  const auto damaged = content(path).substr(offsets.at(2), offsets.at(3) - offsets.at(2));
  const auto done = salvage();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done.at(0).lost, (PositionRange{position_of(2), position_of(2)}));
  EXPECT_EQ(done.at(0).from_byte, offsets.at(2));
  EXPECT_EQ(done.at(0).to_byte, offsets.at(3));
  EXPECT_EQ(content(done.at(0).saved_as), damaged);
}

TEST_F(SalvageTest, TellsReadersWhereTheLostBytesAre) {
  write_five(1 << 20);
  files.corrupt(last_segment(), block_offsets(last_segment()).at(2) + 30);
  const auto done = salvage();
  open();
  const auto stored = journal->read(position_of(2), 1).value().at(0);
  EXPECT_NE(stored.lost.value().where.find(done.at(0).saved_as), std::string::npos);
}

TEST_F(SalvageTest, MendsAnEarlierSegment) {
  write_five(200);
  files.corrupt(segments().at(1), kSegmentHeaderBytes + 70);
  EXPECT_EQ(after_salvage(), (Texts{"0:a", "1:b", "2-2 lost", "3:d", "4:e"}));
}

TEST_F(SalvageTest, MendsTheEndOfAnEarlierSegment) {
  write_five(200);
  files.corrupt(segments().at(0), content(segments().at(0)).size() - 1);
  EXPECT_EQ(after_salvage(), (Texts{"0:a", "1-1 lost", "2:c", "3:d", "4:e"}));
}

TEST_F(SalvageTest, MendsASegmentThatWasCutShort) {
  write_five(200);
  truncate(segments().at(0), kSegmentHeaderBytes + 10);
  EXPECT_EQ(after_salvage(), (Texts{"0-1 lost", "2:c", "3:d", "4:e"}));
}

TEST_F(SalvageTest, MendsDamagedSegmentHeadersWithoutLosingRecords) {
  for (const std::size_t which : {0U, 1U, 2U}) {
    write_five(200);
    files.corrupt(segments().at(which), 20);
    EXPECT_EQ(open_error().kind, ErrorKind::kDamaged);
    EXPECT_EQ(after_salvage(), (Texts{"0:a", "1:b", "2:c", "3:d", "4:e"})) << which;
    for (const auto& path : segments()) {
      ASSERT_TRUE(files.remove(path));
    }
  }
}

TEST_F(SalvageTest, MakesAHoleOfAMissingSegment) {
  write_five(200);
  ASSERT_TRUE(files.remove(segments().at(1)));
  EXPECT_EQ(open_error().kind, ErrorKind::kDamaged);
  EXPECT_EQ(after_salvage(), (Texts{"0:a", "1:b", "2-3 lost", "4:e"}));
}

TEST_F(SalvageTest, MendsASegmentWhoseHeaderIsOfAnotherFile) {
  write_five(200);
  const auto path = segments().at(1);
  auto header = *decode_segment_header(content(path).substr(0, kSegmentHeaderBytes));
  header.id += 1;
  replace(path, encode(header) + content(path).substr(kSegmentHeaderBytes));
  EXPECT_EQ(open_error().kind, ErrorKind::kDamaged);
  EXPECT_EQ(after_salvage(), (Texts{"0:a", "1:b", "2:c", "3:d", "4:e"}));
}

TEST_F(SalvageTest, MakesAHoleOfBlocksThatBelongToAnotherSegment) {
  write_five(200);
  replace(segments().at(1), content(segments().at(1)).substr(0, kSegmentHeaderBytes) +
                                content(segments().at(0)).substr(kSegmentHeaderBytes));
  EXPECT_EQ(after_salvage(), (Texts{"0:a", "1:b", "2-3 lost", "4:e"}));
}

TEST_F(SalvageTest, MakesAHoleOfABlockThatHoldsOtherRecordsThanItsRightHeaderSays) {
  write_five(1 << 20);
  const auto offsets = block_offsets(last_segment());
  const auto at = offsets.at(offsets.size() - 2);
  const auto bytes = content(last_segment());
  auto header = *decode_block_header(bytes.substr(at, kBlockHeaderBytes));
  header.count += 1;
  replace(last_segment(), bytes.substr(0, at) + encode(header) + bytes.substr(at + kBlockHeaderBytes));
  EXPECT_EQ(after_salvage(), (Texts{"0:a", "1:b", "2:c", "3:d", "4-5 lost"}));
}

TEST_F(SalvageTest, DoesNotTakeAnUnacknowledgedBlockForDataWhenTheNextHeaderIsDamaged) {
  open();
  append({"a"});
  files.fail_nth(FileCall::kSync, ".seg");
  append_error({"never acknowledged"});
  ASSERT_TRUE(journal->reopen());
  append({"b"});
  close();
  files.corrupt(last_segment(), 20);
  EXPECT_EQ(after_salvage(), (Texts{"0:a", "1:b"}));
}

TEST_F(SalvageTest, ExtendsAJournalThatEndsBeforeTheCatalogsCursor) {
  write_five(1 << 20);
  truncate(last_segment(), content(last_segment()).size() - 1);
  options.at_least = position_of(5);
  EXPECT_EQ(open_error().kind, ErrorKind::kDamaged);
  EXPECT_EQ(after_salvage(), (Texts{"0:a", "1:b", "2:c", "3:d", "4-4 lost"}));
  open();
  EXPECT_EQ(append({"f"}), 5U);
}

TEST_F(SalvageTest, StartsAnewAtTheCatalogsCursorWhenNothingIsLeft) {
  options.at_least = position_of(7);
  EXPECT_TRUE(salvage().empty());
  open();
  EXPECT_EQ(append({"a"}), 7U);
}

TEST_F(SalvageTest, DoesNothingWithoutAJournal) {
  EXPECT_TRUE(salvage().empty());
  EXPECT_TRUE(segments().empty());
}

TEST_F(SalvageTest, LeavesACursorOfAnotherGenerationToRestore) {
  write_five(1 << 20);
  options.at_least = Position::make(2, 0, 3);
  const auto failed = salvage_journal(files, {options.directory, options.repeater, options.at_least});
  EXPECT_EQ(failed.error().kind, ErrorKind::kConfiguration);
}

TEST_F(SalvageTest, CanBeRepeatedAfterACrashAtAnyMoment) {
  for (std::uint64_t calls = 0; calls < 60; ++calls) {
    write_five(200);
    files.corrupt(segments().at(1), kSegmentHeaderBytes + 70);
    files.corrupt(segments().at(0), 20);
    files.stop_after(calls);
    static_cast<void>(salvage_journal(files, {options.directory, options.repeater, {}}));
    files.crash(calls);
    EXPECT_EQ(after_salvage(), (Texts{"0:a", "1:b", "2-2 lost", "3:d", "4:e"})) << calls;
    for (const auto& path : segments()) {
      ASSERT_TRUE(files.remove(path));
    }
  }
}

TEST_F(SalvageTest, KeepsTheBytesOfAnEarlierSalvage) {
  write_five(1 << 20);
  const auto damage = [&] {
    files.corrupt(last_segment(), block_offsets(last_segment()).at(2) + 30);
    return salvage().at(0).saved_as;
  };
  EXPECT_NE(damage(), damage());
}

TEST_F(SalvageTest, GivesHolesInPartsToReadersThatStartInside) {
  write_five(200);
  ASSERT_TRUE(files.remove(segments().at(1)));
  salvage();
  open();
  EXPECT_EQ(all(position_of(3)), (Texts{"3-3 lost", "4:e"}));
  append({"f"});
  ASSERT_TRUE(journal->retire(position_of(4)));
  EXPECT_EQ(all(), (Texts{"4:e", "5:f"}));
}

TEST_F(SalvageTest, IsSeenByInspection) {
  write_five(1 << 20);
  files.corrupt(last_segment(), block_offsets(last_segment()).at(2) + 70);
  ASSERT_EQ(inspect().damage.size(), 1U);
  EXPECT_EQ(inspect().damage.at(0).lost, (PositionRange{position_of(2), position_of(2)}));
  EXPECT_EQ(inspect().records, 4U);
  salvage();
  EXPECT_TRUE(inspect().damage.empty());
  EXPECT_EQ(inspect().holes, (std::vector<PositionRange>{{position_of(2), position_of(2)}}));
}

TEST_F(SalvageTest, InspectionCountsWhatIsThere) {
  write_five(200);
  const auto found = inspect();
  EXPECT_EQ(found.records, 5U);
  EXPECT_EQ(found.segments.size(), 3U);
  EXPECT_EQ(found.begin, position_of(0));
  EXPECT_EQ(found.end, position_of(5));
  EXPECT_TRUE(found.damage.empty());
  EXPECT_EQ(found.torn_bytes, 0U);
  EXPECT_EQ(found.segments.at(1).first, position_of(2));
  EXPECT_EQ(found.segments.at(1).next, position_of(4));
  EXPECT_EQ(found.segments.at(1).blocks, 2U);
  EXPECT_EQ(found.segments.at(1).file_bytes, content(segments().at(1)).size());
}

TEST_F(SalvageTest, InspectionShowsATornTailAndWhatIsLeftOver) {
  write_five(1 << 20);
  truncate(last_segment(), content(last_segment()).size() - 1);
  replace(last_segment() + ".tmp", "x");
  EXPECT_GT(inspect().torn_bytes, 0U);
  EXPECT_TRUE(inspect().damage.empty());
  EXPECT_EQ(inspect().unused_files.size(), 1U);
  EXPECT_EQ(inspect().end, position_of(4));
}

TEST_F(SalvageTest, InspectionShowsAMissingSegment) {
  write_five(200);
  ASSERT_TRUE(files.remove(segments().at(1)));
  ASSERT_EQ(inspect().damage.size(), 1U);
  EXPECT_EQ(inspect().damage.at(0).lost, (PositionRange{position_of(2), position_of(3)}));
}

TEST_F(SalvageTest, InspectionNeedsAJournal) {
  EXPECT_EQ(inspect_journal(files, "/nothing").error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace firn
