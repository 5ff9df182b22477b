#include "pipeline/quarantine_watch.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <vector>

#include "model/transition.h"
#include "observe/alarms.h"
#include "observe/log.h"
#include "tests/support/catalog_samples.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"

namespace firn {
namespace {

class QuarantineWatchTest : public ::testing::Test {
 protected:
  void quarantine_one() {
    DecideRange decision;
    decision.repeater = forms();
    decision.from = at(next_);
    decision.next = at(++next_);
    QuarantinedRecord record;
    record.repeater = forms();
    record.position = record.last = decision.from;
    record.received_at = record.quarantined_at = clock_.now();
    decision.quarantined.push_back(record);
    decision.counts.records = decision.counts.quarantined = 1;
    ASSERT_TRUE(catalog_.commit(std::vector<Transition>{decision}));
  }
  void settle(std::uint64_t offset) {
    ASSERT_TRUE(catalog_.commit(
        std::vector<Transition>{SettleQuarantined{forms(), at(offset), QuarantineState::kDiscarded, std::nullopt}}));
  }
  /// How often the alarm was raised; 0 when it does not stand.
  std::uint64_t alarm() {
    EXPECT_EQ(watch_.run().result, StepResult::kIdle);
    const auto alarms = alarms_.list();
    return alarms.empty() ? 0 : alarms.front().count;
  }

  ManualClock clock_{moment(0)};
  MemoryCatalog catalog_;
  Log log_{clock_, LogLevel::kError, LogFormat::kLogfmt, stderr};
  Alarms alarms_{clock_, log_};
  QuarantineWatch watch_{catalog_, clock_, alarms_, {forms()}};
  std::uint64_t next_ = 0;
};

TEST_F(QuarantineWatchTest, RaisesWhenRecordsCameAndGoesWhenTheyAreSettled) {
  EXPECT_EQ(alarm(), 0U);
  quarantine_one();
  EXPECT_EQ(alarm(), 1U);
  EXPECT_EQ(alarm(), 1U);
  quarantine_one();
  EXPECT_EQ(alarm(), 2U);
  settle(0);
  EXPECT_EQ(alarm(), 2U);
  settle(1);
  EXPECT_EQ(alarm(), 0U);
}

TEST_F(QuarantineWatchTest, GoesAfterADayWithoutAnother) {
  quarantine_one();
  EXPECT_EQ(alarm(), 1U);
  clock_.advance(QuarantineWatch::kFresh);
  EXPECT_EQ(alarm(), 1U);
  clock_.advance(Duration(1));
  EXPECT_EQ(alarm(), 0U);
  quarantine_one();
  EXPECT_EQ(alarm(), 1U);
}

TEST_F(QuarantineWatchTest, SeesAfterARestartWhatIsOpen) {
  quarantine_one();
  QuarantineWatch other(catalog_, clock_, alarms_, {forms()});
  other.run();
  ASSERT_EQ(alarms_.list().size(), 1U);
  EXPECT_EQ(alarms_.list().front().name, "quarantine.growth");
}

}  // namespace
}  // namespace firn
