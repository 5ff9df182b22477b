// What every Journal does, whichever it is. What only files promise is tested beside them in src/journal.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "journal/file/file_journal.h"
#include "model/journal.h"
#include "model/position.h"
#include "model/record.h"
#include "platform/file_system.h"
#include "tests/support/memory_journal.h"
#include "tests/support/simulated_file_system.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

using Texts = std::vector<std::string>;

class JournalContract : public testing::TestWithParam<std::string> {
 protected:
  /// An empty journal whose segments, if it has any, hold about two small records.
  void open(std::uint64_t quota_bytes = 1U << 30U) {
    if (GetParam() == "memory") {
      auto memory = std::make_unique<MemoryJournal>(1, quota_bytes);
      fail_next_append = [target = memory.get()] { target->fail_next_append(); };
      journal = std::move(memory);
      return;
    }
    if (GetParam() == "posix") {
      files = make_posix_file_system();
    } else {
      auto simulated = std::make_unique<SimulatedFileSystem>();
      fail_next_append = [disk = simulated.get()] { disk->fail_nth(FileCall::kSync, ".seg"); };
      files = std::move(simulated);
    }
    FileJournalOptions options;
    options.directory = folder / "journal";
    options.repeater = RepeaterName("forms");
    options.segment_bytes = 200;
    options.quota_bytes = quota_bytes;
    journal = FileJournal::open(*files, options).value();
  }

  Result<std::vector<Position>> append(const Texts& bodies) {
    std::vector<Record> records(bodies.size());
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      records[i].body = bodies[i];
    }
    return journal->append(records);
  }
  Texts read(std::uint64_t from, std::size_t max_bytes = 1000) {
    Texts bodies;
    const auto batch = journal->read(at(from), max_bytes).value();
    for (const auto& stored : batch) {
      bodies.push_back(stored.record.body);
    }
    return bodies;
  }
  static Position at(std::uint64_t offset) { return Position::make(1, 0, offset); }

  TemporaryDirectory folder;
  std::unique_ptr<FileSystem> files;
  std::unique_ptr<Journal> journal;
  std::function<void()> fail_next_append;  ///< empty where it cannot be arranged
};

TEST_P(JournalContract, IsEmptyAtFirst) {
  open();
  EXPECT_EQ(journal->begin(0), at(0));
  EXPECT_EQ(journal->end(0), at(0));
  EXPECT_EQ(read(0), Texts{});
}

TEST_P(JournalContract, GivesPositionsInOrderWithoutGaps) {
  open();
  EXPECT_EQ(append({"a", "b"}).value(), (std::vector{at(0), at(1)}));
  EXPECT_EQ(append({"c"}).value(), std::vector{at(2)});
  EXPECT_EQ(append({}).value(), std::vector<Position>{});
  EXPECT_EQ(journal->end(0), at(3));
}

TEST_P(JournalContract, GivesRecordsBackByteForByte) {
  open();
  Record record;
  record.body = std::string("\0\xFF{}\n", 5);
  record.envelope = {timestamp_from_micros(5), "demo", "app", "then", "later", "application/json", at(9)};
  ASSERT_TRUE(journal->append(std::vector{record}));
  const auto stored = journal->read(at(0), 0).value().at(0);
  EXPECT_EQ(stored.record.body, record.body);
  EXPECT_EQ(stored.record.envelope.received_at, record.envelope.received_at);
  EXPECT_EQ(stored.record.envelope.domain, "demo");
  EXPECT_EQ(stored.record.envelope.app_id, "app");
  EXPECT_EQ(stored.record.envelope.received_on, "then");
  EXPECT_EQ(stored.record.envelope.content_type, "application/json");
  EXPECT_EQ(stored.record.envelope.replaces, at(9));
  EXPECT_FALSE(stored.lost);
}

TEST_P(JournalContract, ReadsInOrderFromAPosition) {
  open();
  for (const char* body : {"a", "b", "c", "d", "e"}) {
    ASSERT_TRUE(append({body}));
  }
  EXPECT_EQ(read(0), (Texts{"a", "b", "c", "d", "e"}));
  EXPECT_EQ(read(3), (Texts{"d", "e"}));
  EXPECT_EQ(read(5), Texts{});
  EXPECT_EQ(read(1), (Texts{"b", "c", "d", "e"}));
}

TEST_P(JournalContract, GivesAtLeastOneRecordAndNoMoreThanWanted) {
  open();
  ASSERT_TRUE(append({"aaaa", "bbbb", "cc"}));
  EXPECT_EQ(read(0, 0), Texts{"aaaa"});
  EXPECT_EQ(read(0, 8), (Texts{"aaaa", "bbbb"}));
  EXPECT_EQ(read(1, 6), (Texts{"bbbb", "cc"}));
}

TEST_P(JournalContract, HasNothingInOtherPartitions) {
  open();
  ASSERT_TRUE(append({"a"}));
  EXPECT_EQ(journal->begin(3), Position::make(1, 3, 0));
  EXPECT_EQ(journal->end(3), Position::make(1, 3, 0));
  EXPECT_TRUE(journal->read(Position::make(1, 3, 0), 100).value().empty());
}

TEST_P(JournalContract, KeepsWhatIsNotRetired) {
  open();
  for (const char* body : {"a", "b", "c", "d", "e", "f", "g"}) {
    ASSERT_TRUE(append({body}));
  }
  ASSERT_TRUE(journal->retire(at(4)));
  ASSERT_TRUE(journal->retire(at(4)));
  ASSERT_TRUE(journal->retire(at(2)));
  EXPECT_EQ(read(4), (Texts{"e", "f", "g"}));
  EXPECT_GT(journal->begin(0), at(0));
  EXPECT_LE(journal->begin(0), at(4));
}

TEST_P(JournalContract, GoesOnWithTheFirstKeptRecordBehindRetiredOnes) {
  open();
  for (const char* body : {"a", "b", "c", "d", "e"}) {
    ASSERT_TRUE(append({body}));
  }
  ASSERT_TRUE(journal->retire(at(4)));
  EXPECT_EQ(read(0), read(journal->begin(0).offset()));
}

TEST_P(JournalContract, NeverUsesAPositionAgainAfterRetirement) {
  open();
  ASSERT_TRUE(append({"a", "b", "c"}));
  ASSERT_TRUE(journal->retire(at(3)));
  EXPECT_EQ(append({"d"}).value(), std::vector{at(3)});
  EXPECT_EQ(read(3), Texts{"d"});
}

TEST_P(JournalContract, GivesSpaceBackWhenRetired) {
  open();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(append({"some record"}));
  }
  const auto before = journal->disk_bytes();
  ASSERT_TRUE(journal->retire(at(10)));
  EXPECT_LT(journal->disk_bytes(), before);
}

TEST_P(JournalContract, WritesNothingBeyondItsQuota) {
  open(5000);
  Result<std::vector<Position>> last;
  std::uint64_t count = 0;
  for (; (last = append({"record " + std::to_string(count)})); ++count) {
    ASSERT_LT(count, 1000U);
  }
  EXPECT_EQ(last.error().kind, ErrorKind::kNoSpace);
  EXPECT_LE(journal->disk_bytes(), 5000U);
  EXPECT_EQ(journal->end(0), at(count));
  ASSERT_TRUE(journal->retire(at(count)));
  EXPECT_EQ(append({"again"}).value(), std::vector{at(count)});
}

TEST_P(JournalContract, ReopensAtAnyTime) {
  open();
  ASSERT_TRUE(append({"a"}));
  ASSERT_TRUE(journal->reopen());
  EXPECT_EQ(append({"b"}).value(), std::vector{at(1)});
  EXPECT_EQ(read(0), (Texts{"a", "b"}));
}

INSTANTIATE_TEST_SUITE_P(All, JournalContract, testing::Values("posix", "simulated", "memory"),
                         [](const auto& test) { return test.param; });

/// What happens after a failed write, for those that can be made to fail.
class PoisonedJournalContract : public JournalContract {};

TEST_P(PoisonedJournalContract, FailsEveryAppendUntilReopened) {
  open();
  ASSERT_TRUE(append({"a"}));
  fail_next_append();
  EXPECT_EQ(append({"b"}).error().kind, ErrorKind::kPoisoned);
  EXPECT_EQ(append({"c"}).error().kind, ErrorKind::kPoisoned);
  EXPECT_EQ(read(0), Texts{"a"});
  ASSERT_TRUE(journal->reopen());
  EXPECT_EQ(append({"d"}).value(), std::vector{at(1)});
  EXPECT_EQ(read(0), (Texts{"a", "d"}));
}

TEST_P(PoisonedJournalContract, StillReadsAndRetires) {
  open();
  for (const char* body : {"a", "b", "c", "d"}) {
    ASSERT_TRUE(append({body}));
  }
  fail_next_append();
  EXPECT_FALSE(append({"e"}));
  ASSERT_TRUE(journal->retire(at(2)));
  EXPECT_EQ(read(2), (Texts{"c", "d"}));
}

INSTANTIATE_TEST_SUITE_P(All, PoisonedJournalContract, testing::Values("simulated", "memory"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace firn
