#include "observe/alarms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "observe/alarm_guide.h"
#include "observe/log.h"
#include "tests/support/manual_clock.h"

namespace firn {
namespace {

class AlarmsTest : public ::testing::Test {
 protected:
  ManualClock clock_;
  Log log_{clock_, LogLevel::kError, LogFormat::kLogfmt, stderr};
  Alarms alarms_{clock_, log_};
};

TEST_F(AlarmsTest, OneCauseStandsOnceAndCounts) {
  alarms_.raise("intake.unknown_repeater", "form", "first");
  alarms_.raise("intake.unknown_repeater", "form", "second");
  ASSERT_EQ(alarms_.list().size(), 1U);
  EXPECT_EQ(alarms_.list().front().count, 2U);
  EXPECT_EQ(alarms_.list().front().text, "second");
  alarms_.clear("intake.unknown_repeater", "form");
  EXPECT_TRUE(alarms_.list().empty());
}

TEST_F(AlarmsTest, AnEventGoesWhenItHasNotHappenedForADay) {
  alarms_.raise_event("intake.unknown_repeater", "form", "text");
  alarms_.raise("journal.closed", "forms", "text");
  clock_.advance(Alarms::kEventLife);
  alarms_.raise_event("intake.unknown_repeater", "form", "again");
  clock_.advance(Alarms::kEventLife);
  EXPECT_EQ(alarms_.list().size(), 2U);
  clock_.advance(Duration(1));
  ASSERT_EQ(alarms_.list().size(), 1U);
  EXPECT_EQ(alarms_.list().front().name, "journal.closed");
}

TEST_F(AlarmsTest, StrangersCannotFillTheMemory) {
  for (int i = 0; i < 1000; ++i) {
    alarms_.raise("intake.unknown_repeater", std::to_string(i), "");
  }
  EXPECT_EQ(alarms_.list().size(), Alarms::kMaxAlarms);
}

TEST_F(AlarmsTest, InAFullListAnEventGivesWayToWhatStillHolds) {
  for (int i = 0; i < 300; ++i) {
    alarms_.raise_event("intake.credentials_refused", std::to_string(i), "");
  }
  alarms_.raise("journal.closed", "forms", "");
  const auto all = alarms_.list();
  EXPECT_EQ(all.size(), Alarms::kMaxAlarms);
  EXPECT_EQ(all.back().name, "journal.closed");
}

TEST_F(AlarmsTest, InAFullListTheMostFrequentNameGivesWay) {
  alarms_.raise_event("intake.body_too_large", "forms", "");
  for (int i = 0; i < 300; ++i) {
    clock_.advance(Duration(1));
    alarms_.raise_event("intake.credentials_refused", std::to_string(i), "");
  }
  alarms_.raise_event("journal.write_failed", "forms", "");
  const auto all = alarms_.list();
  EXPECT_EQ(all.size(), Alarms::kMaxAlarms);
  EXPECT_EQ(all.front().name, "intake.body_too_large");
  EXPECT_EQ(all.back().name, "journal.write_failed");
  const auto has = [&](const std::string& object) { return std::ranges::count(all, object, &Alarm::object) == 1; };
  EXPECT_TRUE(has("299"));
  EXPECT_FALSE(has("0")) << "the oldest of them went";
}

TEST(AlarmGuide, IsInOrderAndSaysSomethingOfEach) {
  const auto guides = alarm_guides();
  EXPECT_TRUE(std::ranges::is_sorted(guides, {}, &AlarmGuide::name));
  for (const AlarmGuide& guide : guides) {
    EXPECT_EQ(what_to_do(guide.name), guide.to_do);
    EXPECT_FALSE(guide.to_do.empty());
  }
  EXPECT_EQ(what_to_do("never.heard"), "see docs/failure_modes.md");
}

}  // namespace
}  // namespace firn
