#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include "journal/file/file_journal.h"
#include "journal/file/journal_fixture.h"
#include "journal/inspect.h"
#include "journal/salvage.h"

namespace firn {
namespace {

/// Every single damage to small journals. What was written is 0:aaaa, 1:bb, 2:cccc, 3:d.
class DamageTest : public JournalFixture {
 protected:
  const Texts whole = {"0:aaaa", "1:bb", "2:cccc", "3:d"};

  void write(std::uint64_t segment_bytes) {
    for (const auto& path : segments()) {
      ASSERT_TRUE(files.remove(path));
    }
    options.segment_bytes = segment_bytes;
    open();
    append({"aaaa"});
    append({"bb", "cccc"});
    append({"d"});
    close();
  }

  static bool is_prefix(const Texts& part, const Texts& whole_texts) {
    return part.size() <= whole_texts.size() && std::equal(part.begin(), part.end(), whole_texts.begin());
  }

  /// Opens and reads: nothing but what was written may come, in order, and what is missing must be reported, unless it
  /// is the end of the last segment, from `tail` on.
  void expect_complete_or_reported(const std::string& what, std::size_t tail) {
    auto opened = FileJournal::open(files, options);
    if (!opened) {
      EXPECT_EQ(opened.error().kind, ErrorKind::kDamaged) << what;
      return;
    }
    journal = std::move(*opened);
    Position next;
    Texts texts;
    while (true) {
      const auto batch = journal->read(next, 1);
      if (!batch) {
        EXPECT_EQ(batch.error().kind, ErrorKind::kDamaged) << what;
        EXPECT_TRUE(is_prefix(texts, whole)) << what;
        return;
      }
      if (batch->empty()) {
        break;
      }
      texts.push_back(describe(batch->at(0)));
      next = batch->at(0).position.plus(1);
    }
    EXPECT_TRUE(is_prefix(texts, whole)) << what;
    EXPECT_GE(texts.size(), tail) << what;
  }

  void expect_salvage(const std::string& what) {
    close();
    ASSERT_TRUE(salvage_journal(files, {options.directory, options.repeater, {}})) << what;
    open();
    const auto texts = all();
    for (const auto& text : texts) {
      EXPECT_TRUE(text.ends_with(" lost") || std::ranges::find(whole, text) != whole.end()) << what << " " << text;
    }
    close();
  }
};

TEST_F(DamageTest, NoFlippedByteOfOneSegmentGivesWrongRecordsOrHidesAcknowledgedOnes) {
  write(1 << 20);
  const auto size = content(last_segment()).size();
  for (std::size_t byte = 0; byte < size; ++byte) {
    write(1 << 20);
    files.corrupt(last_segment(), byte);
    expect_complete_or_reported("byte " + std::to_string(byte), 3);
  }
}

TEST_F(DamageTest, NoFlippedByteOfAnEarlierSegmentGivesWrongRecordsOrHidesAnyRecord) {
  write(200);
  ASSERT_EQ(segments().size(), 2U);
  const auto size = content(segments().at(0)).size();
  for (std::size_t byte = 0; byte < size; ++byte) {
    write(200);
    files.corrupt(segments().at(0), byte);
    expect_complete_or_reported("byte " + std::to_string(byte), 4);
  }
}

TEST_F(DamageTest, NoTruncationGivesWrongRecords) {
  write(1 << 20);
  const auto size = content(last_segment()).size();
  for (std::size_t left = 0; left < size; ++left) {
    write(1 << 20);
    truncate(last_segment(), left);
    expect_complete_or_reported("left " + std::to_string(left), 0);
  }
}

TEST_F(DamageTest, NoTruncationOfAnEarlierSegmentHidesAnyRecord) {
  write(200);
  const auto size = content(segments().at(0)).size();
  for (std::size_t left = 0; left < size; ++left) {
    write(200);
    truncate(segments().at(0), left);
    expect_complete_or_reported("left " + std::to_string(left), 4);
  }
}

TEST_F(DamageTest, SalvageMendsEveryFlippedByte) {
  for (const std::uint64_t segment_bytes : {200U, 1U << 20U}) {
    write(segment_bytes);
    for (std::size_t which = 0; which < segments().size(); ++which) {
      const auto size = content(segments().at(which)).size();
      for (std::size_t byte = 0; byte < size; byte += 3) {
        write(segment_bytes);
        files.corrupt(segments().at(which), byte);
        expect_salvage("segment " + std::to_string(which) + " byte " + std::to_string(byte));
        write(segment_bytes);
      }
    }
  }
}

TEST_F(DamageTest, InspectionOfEveryFlippedByteNeverFails) {
  write(200);
  for (std::size_t byte = 0; byte < content(segments().at(0)).size(); ++byte) {
    files.corrupt(segments().at(0), byte);
    const auto found = inspect_journal(files, options.directory).value();
    EXPECT_FALSE(found.damage.empty()) << byte;
    files.corrupt(segments().at(0), byte);
  }
  EXPECT_TRUE(inspect_journal(files, options.directory).value().damage.empty());
}

}  // namespace
}  // namespace firn
