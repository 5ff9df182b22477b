#include "pipeline/repeater_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "observe/alarms.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "pipeline/scheduler.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

class RepeaterLineTest : public ::testing::Test {
 protected:
  RepeaterLineTest() {
    config_.data_dir = "/data";
    repeater_.name = RepeaterName("apps");
    repeater_.kind = Kind::kAppChange;
    repeater_.journal_quota = 1ULL << 30U;
  }

  void run_all() {
    while (scheduler_.run_one()) {
    }
  }
  bool stands(const std::string& name) const {
    const std::vector<Alarm> alarms = alarms_.list();
    return std::ranges::any_of(alarms, [&](const Alarm& alarm) { return alarm.name == name; });
  }
  std::vector<std::string> steps() const {
    std::vector<std::string> names;
    for (const StepView& view : scheduler_.views()) {
      names.push_back(view.step);
    }
    return names;
  }

  SimulatedFileSystem files_;
  ManualClock clock_;
  MemoryCatalog catalog_;
  Log log_{clock_, LogLevel::kError, LogFormat::kLogfmt, stderr};
  Alarms alarms_{clock_, log_};
  Metrics metrics_;
  Scheduler scheduler_{catalog_, clock_, alarms_, log_, 1};
  Controls controls_{catalog_, scheduler_, alarms_, clock_};
  TargetGuard targets_{catalog_, controls_, alarms_};
  Config config_;
  RepeaterConfig repeater_;
  RepeaterLine line_{
      {files_, clock_, catalog_, scheduler_, alarms_, metrics_, controls_, targets_}, config_, repeater_, {}};
};

TEST_F(RepeaterLineTest, OpensTheJournalByItselfOnceTheDiskHasRoom) {
  files_.set_free_bytes(0);
  line_.start();
  EXPECT_TRUE(line_.check_stage(true)) << "it has none";
  run_all();
  EXPECT_EQ(line_.journal(), nullptr);
  EXPECT_EQ(line_.queue(), nullptr);
  EXPECT_TRUE(stands("journal.closed"));
  EXPECT_EQ(steps(), std::vector<std::string>{"open"});

  files_.set_free_bytes(1ULL << 30U);
  clock_.advance(std::chrono::minutes(10));
  run_all();
  ASSERT_NE(line_.journal(), nullptr);
  ASSERT_NE(line_.queue(), nullptr);
  EXPECT_FALSE(line_.queue()->refusal());
  EXPECT_FALSE(stands("journal.closed"));
  EXPECT_EQ(steps().size(), 3U);  // with pack and purge
}

TEST_F(RepeaterLineTest, AsksNoStepToOpenAJournalThatIsOpen) {
  line_.start();
  EXPECT_NE(line_.journal(), nullptr);
  EXPECT_EQ(steps().size(), 2U);
}

}  // namespace
}  // namespace firn
