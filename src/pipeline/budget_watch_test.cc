#include "pipeline/budget_watch.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "model/transition.h"
#include "observe/alarms.h"
#include "observe/log.h"
#include "tests/support/catalog_samples.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"

namespace firn {
namespace {

class BudgetWatchTest : public ::testing::Test {
 protected:
  BudgetWatchTest() {
    RepeaterConfig repeater;
    repeater.name = forms();
    repeater.budget = 20;
    config_.repeaters.push_back(repeater);
  }
  /// Lets the warehouse run for a dollar.
  void spend(const std::string& day, std::uint64_t dollars_count) {
    const auto milliseconds = static_cast<std::uint64_t>(3'600'000 / config_.prices.dollars_per_credit);
    const AddUsage used{forms(), day, {{UsageItem::kWarehouseMilliseconds, dollars_count * milliseconds}}};
    ASSERT_TRUE(catalog_.commit(std::vector<Transition>{used}));
  }
  /// How often the alarm was raised; 0 when it does not stand.
  std::uint64_t alarm() {
    EXPECT_EQ(watch_.run().result, StepResult::kIdle);
    const auto alarms = alarms_.list();
    return alarms.empty() ? 0 : alarms.front().count;
  }

  ManualClock clock_{parse_timestamp("2026-11-11 00:00:00").value()};
  MemoryCatalog catalog_;
  Log log_{clock_, LogLevel::kError, LogFormat::kLogfmt, stderr};
  Alarms alarms_{clock_, log_};
  Config config_;
  BudgetWatch watch_{catalog_, clock_, alarms_, config_};
};

TEST_F(BudgetWatchTest, RaisesBeforeTheMoneyIsSpentAndOnceMoreWhenItIs) {
  EXPECT_EQ(alarm(), 0U);
  spend("2026-11-05", 5);
  EXPECT_EQ(alarm(), 1U) << "20 days more at five dollars in six days";
  EXPECT_EQ(alarms_.list().front().name, "costs.budget");
  EXPECT_EQ(alarm(), 1U);
  spend("2026-11-10", 15);
  EXPECT_EQ(alarm(), 2U);
}

TEST_F(BudgetWatchTest, GoesWhenTheRateIsLowAgain) {
  spend("2026-11-10", 6);
  EXPECT_EQ(alarm(), 1U);
  clock_.advance(std::chrono::days(8));
  EXPECT_EQ(alarm(), 0U);
}

TEST_F(BudgetWatchTest, SaysNothingWithoutABudget) {
  config_.repeaters.front().budget.reset();
  spend("2026-11-10", 1000);
  EXPECT_EQ(alarm(), 0U);
}

}  // namespace
}  // namespace firn
