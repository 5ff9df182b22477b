#include "load/price/plan.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "load/price/snowpipe.h"
#include "model/price/prices.h"

namespace firn {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr PlanWay kSnowpipe{};
constexpr PlanWay kDedicated{PlanMethod::kOwnWarehouse, {}, true};
constexpr PlanWay kAutoSuspended{PlanMethod::kOwnWarehouse, {}, false};

/// Research's example: a million forms of 5 kB a day.
PlanFacts million() { return {.forms_per_day = 1e6, .bytes_per_form = 5000}; }

PlanSetting cheapest(const PlanFacts& facts, const Prices& prices = {}) {
  const auto settings = make_plan(facts, prices);
  const auto found = std::ranges::find_if(settings, &PlanSetting::is_cheapest);
  return found == settings.end() ? PlanSetting{} : *found;
}

TEST(Plan, CountsLoadsAndWhatIsInThem) {
  const PlanSetting daily = plan_setting(million(), {}, kDedicated, hours(24));
  EXPECT_DOUBLE_EQ(daily.loads_per_month, 30);
  EXPECT_DOUBLE_EQ(daily.gigabytes_per_load, 5);
  // 24 files, one an hour: three rounds of eight, 0.2083 GB each at 20 MB/s, and two seconds.
  EXPECT_NEAR(daily.load_seconds, 3 * 5000.0 / 24 / 20 + 2, 1e-9);
  EXPECT_DOUBLE_EQ(daily.credits_per_month, 0.5);
}

TEST(Plan, AnHourlyColdCopyCostsTwentyTimesSnowpipe) {
  const double copy = plan_setting(million(), {}, kDedicated, hours(1)).snowflake_dollars_per_month;
  const double snowpipe = plan_setting(million(), {}, kSnowpipe, hours(1)).snowflake_dollars_per_month;
  EXPECT_DOUBLE_EQ(copy, 36.0);
  EXPECT_NEAR(copy / snowpipe, 21.6, 0.1);
}

TEST(Plan, AnOwnWarehouseIdlesUnlessItIsSuspendedAtOnce) {
  // 2 s to resume, 5/24 GB in one file: 10.4 s at 20 MB/s and 2; then 75 s of idling.
  const double awake = 2 + 5000.0 / 24 / 20 + 2 + 75;
  EXPECT_NEAR(plan_setting(million(), {}, kAutoSuspended, hours(1)).credits_per_month, 720 * awake / 3600, 1e-9);
  EXPECT_DOUBLE_EQ(plan_setting(million(), {}, kAutoSuspended, minutes(1)).credits_per_month, 720);
}

TEST(Plan, TakesSnowpipeForASmallProjectAndWaitsNoLongerThanNeeded) {
  PlanFacts facts{.forms_per_day = 5750};
  EXPECT_EQ(cheapest(facts).way.method, PlanMethod::kSnowpipe);
  EXPECT_EQ(cheapest(facts).interval, hours(1)) << "a day costs the same to a cent";
  facts.freshness = minutes(20);
  EXPECT_LE(cheapest(facts).worst, minutes(20));
}

TEST(Plan, TakesCopyWhenALoadIsLargerThanTheBreakEven) {
  const PlanSetting setting = cheapest({.forms_per_day = 1e7});
  EXPECT_EQ(setting.way.method, PlanMethod::kOwnWarehouse);
  EXPECT_TRUE(setting.way.suspended_at_once);
  EXPECT_GT(setting.gigabytes_per_load, plan_break_even_gigabytes({.forms_per_day = 1e7}, {}, setting.way).value());
}

TEST(Plan, TakesASharedWarehouseOnlyWhenThereIsOne) {
  PlanFacts facts{.forms_per_day = 1e6};
  EXPECT_NE(cheapest(facts).way.method, PlanMethod::kSharedWarehouse);
  facts.has_shared_warehouse = true;
  EXPECT_EQ(cheapest(facts).way.method, PlanMethod::kSharedWarehouse);
}

TEST(Plan, HasNoCheapestWhenNothingIsFreshEnough) {
  const auto settings = make_plan({.forms_per_day = 100, .freshness = std::chrono::seconds(10)}, {});
  EXPECT_TRUE(std::ranges::none_of(settings, &PlanSetting::is_cheapest));
}

TEST(Plan, AddsAnIntervalThatJustKeepsToTheWish) {
  const auto intervals = plan_intervals({.freshness = hours(2)});
  EXPECT_EQ(intervals.size(), 7U);
  EXPECT_EQ(intervals[3], minutes(116));
  EXPECT_EQ(plan_intervals({.freshness = minutes(2)}).size(), 6U);
}

TEST(Plan, KeepsToTheWishThoughALoadTakesLong) {
  const PlanSetting setting = cheapest({.forms_per_day = 1e7, .freshness = hours(24)});
  EXPECT_EQ(setting.way.method, PlanMethod::kOwnWarehouse);
  EXPECT_GT(setting.load_seconds, 180);
  EXPECT_LE(setting.worst, hours(24));
}

TEST(Plan, NeverLoadsMoreOftenThanFormsCome) {
  EXPECT_DOUBLE_EQ(plan_setting({.forms_per_day = 10}, {}, kDedicated, minutes(1)).loads_per_month, 300);
}

TEST(Plan, WritesTheSettings) {
  const PlanToml hourly = plan_toml(plan_setting(million(), {}, kSnowpipe, hours(1)));
  EXPECT_EQ(hourly.method, "snowpipe");
  EXPECT_EQ(hourly.threshold, "1 GB");
  EXPECT_EQ(hourly.max_age, "1h");
  EXPECT_EQ(hourly.schedule, "");
  const PlanToml monthly = plan_toml(plan_setting(million(), {}, kDedicated, hours(30 * 24)));
  EXPECT_EQ(monthly.method, "copy");
  EXPECT_EQ(monthly.threshold, "300 GB");
  EXPECT_EQ(monthly.max_age, "30d");
  EXPECT_EQ(monthly.schedule, "@monthly");
}

RC_GTEST_PROP(Plan, MoreBytesNeverCostLess, ()) {
  PlanFacts facts{.forms_per_day = static_cast<double>(*rc::gen::inRange(1, 10'000'000)),
                  .bytes_per_form = static_cast<double>(*rc::gen::inRange(100, 100'000))};
  facts.compression = *rc::gen::inRange(1, 30);
  PlanFacts larger = facts;
  larger.bytes_per_form += *rc::gen::inRange(1, 10'000);
  const auto before = make_plan(facts, {});
  const auto after = make_plan(larger, {});
  for (std::size_t i = 0; i < before.size(); ++i) {
    RC_ASSERT(after[i].dollars_per_month() >= before[i].dollars_per_month() * (1 - 1e-12));
  }
}

RC_GTEST_PROP(Plan, NothingChoosableIsCheaperThanTheCheapest, ()) {
  PlanFacts facts{.forms_per_day = static_cast<double>(*rc::gen::inRange(1, 10'000'000))};
  facts.freshness = minutes(*rc::gen::inRange(5, 60 * 24 * 40));
  const PlanSetting best = cheapest(facts);
  RC_ASSERT(best.is_cheapest);
  RC_ASSERT(best.worst <= *facts.freshness);
  for (const PlanSetting& setting : make_plan(facts, {})) {
    const bool choosable =
        setting.way.method == PlanMethod::kSnowpipe || setting.way.method == PlanMethod::kOwnWarehouse;
    RC_ASSERT(!choosable || !setting.is_fresh_enough ||
              setting.dollars_per_month() >= best.dollars_per_month() - 0.01 - 1e-9);
  }
}

}  // namespace
}  // namespace firn
