#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "base/clock.h"
#include "observe/alarms.h"
#include "observe/log.h"

namespace firn {
namespace {

class FixedClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return parse_timestamp("2026-03-02T09:41:07Z").value() + passed; }
  Duration passed{0};
  [[nodiscard]] Duration steady() const override { return Duration(0); }
};

TEST(Log, WritesLogfmtWithQuotesWhereNeeded) {
  const FixedClock clock;
  EXPECT_EQ(
      format_log_line(LogFormat::kLogfmt, clock.now(), LogLevel::kInfo, "chunk.staged",
                      {{"key", "a/b"}, {"why", "two \"words\""}, {"none", ""}}),
      "time=2026-03-02T09:41:07.000000Z level=info event=chunk.staged key=a/b why=\"two \\\"words\\\"\" none=\"\"");
}

TEST(Log, WritesJson) {
  const FixedClock clock;
  EXPECT_EQ(format_log_line(LogFormat::kJson, clock.now(), LogLevel::kError, "x", {{"k", "a\nb"}}),
            R"({"time":"2026-03-02T09:41:07.000000Z","level":"error","event":"x","k":"a\u000ab"})");
}

class AlarmsTest : public ::testing::Test {
 protected:
  FixedClock clock_;
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
  clock_.passed = Alarms::kEventLife;
  alarms_.raise_event("intake.unknown_repeater", "form", "again");
  clock_.passed = Alarms::kEventLife * 2;
  EXPECT_EQ(alarms_.list().size(), 2U);
  clock_.passed += Duration(1);
  ASSERT_EQ(alarms_.list().size(), 1U);
  EXPECT_EQ(alarms_.list().front().name, "journal.closed");
}

TEST_F(AlarmsTest, StrangersCannotFillTheMemory) {
  for (int i = 0; i < 1000; ++i) {
    alarms_.raise("intake.unknown_repeater", std::to_string(i), "");
  }
  EXPECT_EQ(alarms_.list().size(), Alarms::kMaxAlarms);
}

}  // namespace
}  // namespace firn
