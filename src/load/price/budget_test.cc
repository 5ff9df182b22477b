#include "load/price/budget.h"

#include <gtest/gtest.h>

#include <vector>

namespace firn {
namespace {

Timestamp at(const char* text) { return parse_timestamp(text).value(); }

std::vector<DayMoney> a_dollar_a_day(int first, int last) {
  std::vector<DayMoney> days;
  for (int day = first; day <= last; ++day) {
    days.push_back({"2026-11-" + std::string(day < 10 ? "0" : "") + std::to_string(day), 1});
  }
  return days;
}

TEST(MonthForecast, GoesOnAtTheSameRate) {
  const MonthForecast forecast = month_forecast(a_dollar_a_day(1, 10), at("2026-11-11 00:00:00"));
  EXPECT_DOUBLE_EQ(forecast.spent, 10);
  EXPECT_DOUBLE_EQ(forecast.at_end, 30);
}

TEST(MonthForecast, FollowsTheLastWeek) {
  auto days = a_dollar_a_day(1, 20);
  for (int i = 13; i < 20; ++i) {
    days[static_cast<std::size_t>(i)].dollars = 4;
  }
  const MonthForecast forecast = month_forecast(days, at("2026-11-21 00:00:00"));
  EXPECT_DOUBLE_EQ(forecast.spent, 13 + 28);
  EXPECT_DOUBLE_EQ(forecast.at_end, 41 + 4 * 10);
}

TEST(MonthForecast, AFirstHourDoesNotCountAsADayOfSuchHours) {
  const MonthForecast forecast = month_forecast(a_dollar_a_day(21, 21), at("2026-11-21 01:00:00"));
  EXPECT_NEAR(forecast.at_end, 1 + 10 - 1.0 / 24, 1e-9);
}

TEST(MonthForecast, TheMonthBeforeCountsForTheRateOnly) {
  const std::vector<DayMoney> days{{"2026-10-26", 3}, {"2026-10-31", 4}};
  const MonthForecast forecast = month_forecast(days, at("2026-11-01 00:00:00"));
  EXPECT_DOUBLE_EQ(forecast.spent, 0);
  EXPECT_DOUBLE_EQ(forecast.at_end, 7.0 / 6 * 30);
}

TEST(MonthForecast, IsNothingWithoutHistory) { EXPECT_EQ(month_forecast({}, at("2026-11-21 01:00:00")).at_end, 0); }

}  // namespace
}  // namespace firn
