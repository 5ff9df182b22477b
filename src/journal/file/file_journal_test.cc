#include "journal/file/file_journal.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <string>
#include <thread>

#include "journal/file/journal_fixture.h"

namespace firn {
namespace {

class FileJournalTest : public JournalFixture {};

TEST_F(FileJournalTest, GivesPositionsWithoutGapsFromZero) {
  open();
  EXPECT_EQ(append({"a", "b"}), 0U);
  EXPECT_EQ(append({"c"}), 2U);
  EXPECT_EQ(journal->begin(0), position_of(0));
  EXPECT_EQ(journal->end(0), position_of(3));
}

TEST_F(FileJournalTest, ReadsWhatWasAppended) {
  open();
  append({"a", ""});
  append({std::string(100'000, 'x'), "d"});
  EXPECT_EQ(all(), (Texts{"0:a", "1:", "2:" + std::string(100'000, 'x'), "3:d"}));
}

TEST_F(FileJournalTest, KeepsTheEnvelope) {
  open();
  Record record = record_of("{}");
  record.envelope.replaces = position_of(7);
  record.envelope.app_id = "02bf";
  ASSERT_TRUE(journal->append(std::vector{record}));
  const auto stored = journal->read({}, 1).value().at(0).record.envelope;
  EXPECT_EQ(stored.replaces, position_of(7));
  EXPECT_EQ(stored.app_id, "02bf");
  EXPECT_EQ(stored.received_at, record.envelope.received_at);
}

TEST_F(FileJournalTest, ReadsFromAnyPosition) {
  open();
  append({"a", "b", "c"});
  append({"d", "e"});
  EXPECT_EQ(all(position_of(1)), (Texts{"1:b", "2:c", "3:d", "4:e"}));
  EXPECT_EQ(all(position_of(4)), (Texts{"4:e"}));
  EXPECT_EQ(all(position_of(2)), (Texts{"2:c", "3:d", "4:e"}));
  EXPECT_EQ(all(position_of(5)), Texts{});
  EXPECT_EQ(all(position_of(500)), Texts{});
}

TEST_F(FileJournalTest, StopsAtTheWantedBytesButGivesAtLeastOneRecord) {
  open();
  append({"aaaa", "bbbb", "cc"});
  EXPECT_EQ(journal->read({}, 0).value().size(), 1U);
  EXPECT_EQ(journal->read({}, 7).value().size(), 1U);
  EXPECT_EQ(journal->read({}, 8).value().size(), 2U);
  EXPECT_EQ(all({}, 1), (Texts{"0:aaaa", "1:bbbb", "2:cc"}));
}

TEST_F(FileJournalTest, HasNothingInOtherPartitions) {
  open();
  append({"a"});
  EXPECT_TRUE(journal->read(Position::make(1, 1, 0), 1).value().empty());
  EXPECT_EQ(journal->begin(1), journal->end(1));
}

TEST_F(FileJournalTest, TakesNoRecordsAsNothing) {
  open();
  EXPECT_TRUE(try_append({}).value().empty());
  EXPECT_EQ(journal->end(0), position_of(0));
}

TEST_F(FileJournalTest, CutsLargeAppendsIntoBlocksAndReadsThemInOrder) {
  open();
  append({std::string(5 << 20, 'a'), std::string(5 << 20, 'b'), std::string(9 << 20, 'c'), "d"});
  EXPECT_EQ(block_offsets(last_segment()).size(), 5U);
  EXPECT_EQ(journal->read(position_of(2), 1).value().at(0).record.body, std::string(9 << 20, 'c'));
  EXPECT_EQ(all(position_of(3)), Texts{"3:d"});
}

TEST_F(FileJournalTest, StartsANewSegmentWhenOneIsFull) {
  options.segment_bytes = 100;
  open();
  append({"a"});
  append({"b"});
  append({"c"});
  EXPECT_EQ(segments().size(), 3U);
  EXPECT_EQ(all(), (Texts{"0:a", "1:b", "2:c"}));
  EXPECT_EQ(journal->read({}, 100).value().size(), 3U);
}

TEST_F(FileJournalTest, KeepsReadingWhereItWasWhileMoreIsWritten) {
  options.segment_bytes = 200;
  open();
  for (int i = 0; i < 10; ++i) {
    append({std::to_string(i)});
    EXPECT_EQ(all(position_of(static_cast<std::uint64_t>(i))), Texts{std::to_string(i) + ":" + std::to_string(i)});
  }
}

TEST_F(FileJournalTest, ReadsSequentiallyWithoutReadingBlocksAgain) {
  open();
  for (int i = 0; i < 50; ++i) {
    append({std::string(20'000, 'x') + std::to_string(i)});
  }
  const auto before = files.calls();
  EXPECT_EQ(all({}, 1).size(), 50U);
  EXPECT_LT(files.calls() - before, 50U);
}

TEST_F(FileJournalTest, SyncsBeforeItAnswers) {
  open();
  append({"a", "b"});
  lose_power_and_open();
  EXPECT_EQ(all(), (Texts{"0:a", "1:b"}));
}

TEST_F(FileJournalTest, DoesNotShowRecordsBeforeTheyAreDurable) {
  open();
  append({"a"});
  files.fail_nth(FileCall::kSync, ".seg");
  EXPECT_EQ(append_error({"b"}).kind, ErrorKind::kPoisoned);
  EXPECT_EQ(all(), Texts{"0:a"});
  EXPECT_EQ(journal->end(0), position_of(1));
}

TEST_F(FileJournalTest, IsPoisonedByAFailedSyncUntilReopened) {
  open();
  files.fail_nth(FileCall::kSync, ".seg");
  EXPECT_EQ(append_error({"a"}).kind, ErrorKind::kPoisoned);
  EXPECT_EQ(append_error({"b"}).kind, ErrorKind::kPoisoned);
  ASSERT_TRUE(journal->reopen());
  EXPECT_EQ(append({"c"}), 0U);
  EXPECT_EQ(all(), Texts{"0:c"});
}

TEST_F(FileJournalTest, IsPoisonedByAFailedWrite) {
  open();
  append({"a"});
  files.fail_nth(FileCall::kAppend, ".seg");
  EXPECT_EQ(append_error({"b"}).kind, ErrorKind::kPoisoned);
  EXPECT_EQ(append_error({"c"}).kind, ErrorKind::kPoisoned);
  EXPECT_EQ(all(), Texts{"0:a"});
}

TEST_F(FileJournalTest, NeverTakesABlockWhoseSyncFailedForData) {
  open();
  append({"a"});
  files.fail_nth(FileCall::kSync, ".seg");
  append_error({"lost"});
  ASSERT_TRUE(journal->reopen());
  append({"b"});
  kill_and_open();
  EXPECT_EQ(all(), (Texts{"0:a", "1:b"}));
}

TEST_F(FileJournalTest, ReopensAgainAfterReopeningFailed) {
  open();
  append({"a"});
  files.fail_nth(FileCall::kSync, ".seg");
  append_error({"b"});
  for (const auto call :
       {FileCall::kCreate, FileCall::kAppend, FileCall::kSync, FileCall::kRename, FileCall::kSyncDirectory}) {
    files.fail_nth(call, "/journal");
    EXPECT_FALSE(journal->reopen());
    EXPECT_EQ(append_error({"b"}).kind, ErrorKind::kPoisoned);
  }
  ASSERT_TRUE(journal->reopen());
  append({"c"});
  kill_and_open();
  EXPECT_EQ(all(), (Texts{"0:a", "1:c"}));
}

TEST_F(FileJournalTest, DoesNothingOnReopenWhenAllIsWell) {
  open();
  ASSERT_TRUE(journal->reopen());
  EXPECT_EQ(segments().size(), 1U);
}

TEST_F(FileJournalTest, RemovesASegmentInWhichNothingBecameDurable) {
  open();
  append({"a"});
  for (int i = 0; i < 5; ++i) {
    files.fail_nth(FileCall::kSync, ".seg");
    append_error({"b"});
    ASSERT_TRUE(journal->reopen());
  }
  EXPECT_EQ(segments().size(), 2U);
}

TEST_F(FileJournalTest, IsPoisonedWhenItCannotStartTheNextSegment) {
  options.segment_bytes = 100;
  open();
  append({"a"});
  files.fail_nth(FileCall::kSyncDirectory, "/journal");
  EXPECT_EQ(append_error({"b"}).kind, ErrorKind::kPoisoned);
  ASSERT_TRUE(journal->reopen());
  append({"c"});
  lose_power_and_open();
  EXPECT_EQ(all(), (Texts{"0:a", "1:c"}));
}

TEST_F(FileJournalTest, SaysThatTheDiskIsFullAndGoesOnWhenItIsNot) {
  open();
  append({"a"});
  files.set_free_bytes(100);
  EXPECT_EQ(append_error({std::string(1000, 'x')}).kind, ErrorKind::kNoSpace);
  EXPECT_EQ(append_error({"b"}).kind, ErrorKind::kPoisoned);
  EXPECT_FALSE(journal->reopen());
  files.set_free_bytes(100'000);
  ASSERT_TRUE(journal->reopen());
  append({"c"});
  EXPECT_EQ(all(), (Texts{"0:a", "1:c"}));
}

TEST_F(FileJournalTest, KeepsToItsQuotaAndWritesNothingBeyondIt) {
  options.quota_bytes = 1000;
  open();
  append({"a"});
  const auto bytes = journal->disk_bytes();
  std::string noise;
  for (unsigned i = 0; i < 1000; ++i) {
    noise.push_back(static_cast<char>(((i * i * 7919U) >> 3U) & 0xFFU));
  }
  EXPECT_EQ(append_error({noise}).kind, ErrorKind::kNoSpace);
  EXPECT_EQ(journal->disk_bytes(), bytes);
  EXPECT_EQ(append({"b"}), 1U);
}

TEST_F(FileJournalTest, CountsTheBytesOfItsFiles) {
  options.segment_bytes = 100;
  open();
  append({"a"});
  append({"b"});
  std::uint64_t bytes = 0;
  for (const auto& path : segments()) {
    bytes += content(path).size();
  }
  EXPECT_EQ(journal->disk_bytes(), bytes);
}

TEST_F(FileJournalTest, RetiresWholeSegmentsOnly) {
  options.segment_bytes = 100;
  open();
  append({"a", "b"});
  append({"c", "d"});
  append({"e"});
  ASSERT_TRUE(journal->retire(position_of(3)));
  EXPECT_EQ(journal->begin(0), position_of(2));
  EXPECT_EQ(all(), (Texts{"2:c", "3:d", "4:e"}));
  EXPECT_EQ(segments().size(), 2U);
}

TEST_F(FileJournalTest, KeepsTheActiveSegmentSoThatPositionsAreNeverUsedAgain) {
  options.segment_bytes = 100;
  open();
  append({"a"});
  append({"b"});
  ASSERT_TRUE(journal->retire(position_of(1000)));
  EXPECT_EQ(segments().size(), 1U);
  lose_power_and_open();
  ASSERT_TRUE(journal->retire(position_of(1000)));
  lose_power_and_open(2);
  EXPECT_EQ(append({"c"}), 2U);
}

TEST_F(FileJournalTest, RetiresAgainWhatCouldNotBeRemoved) {
  options.segment_bytes = 100;
  open();
  append({"a"});
  append({"b"});
  append({"c"});
  files.fail_nth(FileCall::kRemove, ".seg");
  EXPECT_FALSE(journal->retire(position_of(2)));
  EXPECT_EQ(segments().size(), 3U);
  ASSERT_TRUE(journal->retire(position_of(2)));
  EXPECT_EQ(segments().size(), 1U);
  ASSERT_TRUE(journal->retire(position_of(2)));
}

TEST_F(FileJournalTest, LeavesNoGapWhenPowerIsLostWhileRetiring) {
  options.segment_bytes = 100;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    open();
    append({"a"});
    append({"b"});
    append({"c"});
    const Position last = Position(journal->end(0).value() - 1);
    files.stop_after(seed % 5);
    static_cast<void>(journal->retire(last));
    lose_power_and_open(seed);
    EXPECT_EQ(all(last).size(), 1U);
    close();
  }
}

TEST_F(FileJournalTest, GoesOnWithTheFirstKeptRecordWhenOlderOnesAreRetired) {
  options.segment_bytes = 100;
  open();
  append({"a"});
  append({"b"});
  EXPECT_EQ(journal->read({}, 1).value().size(), 1U);
  ASSERT_TRUE(journal->retire(position_of(1)));
  EXPECT_EQ(all(), Texts{"1:b"});
}

TEST_F(FileJournalTest, RefusesARecordThatNoBlockCanHold) {
  open();
  EXPECT_EQ(append_error({"a", std::string((256U << 20U) + 1, 'x')}).kind, ErrorKind::kInvalidInput);
  EXPECT_EQ(append({"b"}), 0U);
  EXPECT_EQ(all(), Texts{"0:b"});
}

TEST_F(FileJournalTest, StartsAHigherGenerationAtItsFirstPosition) {
  open();
  append({"a"});
  close();
  options.generation = 2;
  open();
  EXPECT_EQ(journal->end(0), Position::make(2, 0, 0));
  append({"b"});
  EXPECT_EQ(all(), (Texts{"0:a", "0:b"}));
  EXPECT_EQ(journal->read({}, 1000).value().size(), 1U);
}

TEST_F(FileJournalTest, RefusesALowerGeneration) {
  options.generation = 3;
  open();
  close();
  options.generation = 2;
  EXPECT_EQ(open_error().kind, ErrorKind::kConfiguration);
}

TEST_F(FileJournalTest, RefusesTheFolderOfAnotherRepeater) {
  open();
  close();
  options.repeater = RepeaterName("cases");
  EXPECT_EQ(open_error().kind, ErrorKind::kConfiguration);
}

TEST_F(FileJournalTest, LetsReadersAndRetirementGoOnBesideTheWriter) {
  options.segment_bytes = 2000;
  open();
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < 500; ++i) {
      EXPECT_TRUE(try_append({"x" + std::to_string(i), "y"}));
    }
    done = true;
  });
  const auto follow = [&](bool retires) {
    Position next = position_of(0);
    while (!done || next < journal->end(0)) {
      const auto batch = journal->read(next, 50).value();
      for (const auto& stored : batch) {
        EXPECT_TRUE(retires ? stored.position == next : stored.position >= next);
        next = stored.position.plus(1);
      }
      EXPECT_TRUE(!retires || journal->retire(next));
    }
  };
  std::thread reader(follow, false);
  follow(true);
  writer.join();
  reader.join();
  EXPECT_EQ(journal->end(0), position_of(1000));
}

}  // namespace
}  // namespace firn
