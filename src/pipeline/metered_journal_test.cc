#include "pipeline/metered_journal.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "observe/alarms.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_journal.h"

namespace firn {
namespace {

class MeteredJournalTest : public ::testing::Test {
 protected:
  MeteredJournalTest() {
    auto inner = std::make_unique<MemoryJournal>(1, 1000);
    inner_ = inner.get();
    journal_ = std::make_unique<MeteredJournal>(std::move(inner), "forms", clock_, alarms_, metrics_);
  }
  Result<std::vector<Position>> append(std::size_t bytes = 10) {
    Record record;
    record.body = std::string(bytes, 'x');
    return journal_->append(std::vector<Record>{record});
  }
  std::vector<std::string> alarm_names() const {
    std::vector<std::string> names;
    for (const Alarm& alarm : alarms_.list()) {
      names.push_back(alarm.name);
    }
    return names;
  }
  bool shows(const std::string& line) const { return metrics_.text().find(line + "\n") != std::string::npos; }

  ManualClock clock_;
  Log log_{clock_, LogLevel::kError, LogFormat::kLogfmt, stderr};
  Alarms alarms_{clock_, log_};
  Metrics metrics_;
  MemoryJournal* inner_ = nullptr;
  std::unique_ptr<MeteredJournal> journal_;
};

TEST_F(MeteredJournalTest, MeasuresAppendsAndCountsFailures) {
  ASSERT_TRUE(append());
  inner_->fail_next_append();
  ASSERT_FALSE(append());
  EXPECT_TRUE(shows(R"(firn_journal_append_duration_seconds_count{repeater="forms"} 2)"));
  EXPECT_TRUE(shows(R"(firn_journal_append_records_bucket{repeater="forms",le="1"} 1)"));
  EXPECT_TRUE(shows(R"(firn_journal_append_failures_total{repeater="forms"} 1)"));
  EXPECT_EQ(journal_->busy_for(), Duration(0));
}

TEST_F(MeteredJournalTest, TellsOfAFailedWriteForADayAndOfAPoisonedJournalWhileItIs) {
  inner_->fail_next_append();
  inner_->fail_next_reopen();
  ASSERT_FALSE(append());
  ASSERT_FALSE(journal_->reopen());
  EXPECT_EQ(alarm_names(), (std::vector<std::string>{"journal.poisoned", "journal.write_failed"}));
  ASSERT_TRUE(journal_->reopen());
  EXPECT_EQ(alarm_names(), (std::vector<std::string>{"journal.write_failed"}));
}

TEST_F(MeteredJournalTest, TellsOfAFullQuotaUntilThereIsRoomAgain) {
  ASSERT_TRUE(append(900));
  EXPECT_FALSE(append(900));
  EXPECT_EQ(alarm_names(), (std::vector<std::string>{"journal.full"}));
  ASSERT_TRUE(journal_->retire(journal_->end(0)));
  EXPECT_TRUE(alarm_names().empty());
}

}  // namespace
}  // namespace firn
