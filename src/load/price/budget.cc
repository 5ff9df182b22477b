#include "load/price/budget.h"

#include <algorithm>
#include <chrono>
#include <string>

#include "model/period.h"

namespace firn {
namespace {

using FractionalDays = std::chrono::duration<double, std::chrono::days::period>;

Timestamp month_end(Timestamp now) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(now));
  return std::chrono::sys_days((date.year() / date.month() + std::chrono::months(1)) / 1);
}

}  // namespace

MonthForecast month_forecast(std::span<const DayMoney> days, Timestamp now) {
  const std::string month = format_period(Period::kMonth, now);
  const Timestamp first_lately = std::chrono::floor<std::chrono::days>(now) - std::chrono::days(kForecastDays);
  const std::string lately = format_period(Period::kDay, first_lately);
  MonthForecast forecast;
  double spent_lately = 0;
  for (const DayMoney& day : days) {
    forecast.spent += day.day.starts_with(month) ? day.dollars : 0;
    spent_lately += day.day >= lately ? day.dollars : 0;
  }
  const auto first = days.empty() ? std::nullopt : parse_timestamp(days.front().day + " 00:00:00");
  const Timestamp since = std::max(first.value_or(now), first_lately);
  const double days_lately = std::max(1.0, FractionalDays(now - since).count());
  forecast.at_end = forecast.spent + spent_lately / days_lately * FractionalDays(month_end(now) - now).count();
  return forecast;
}

}  // namespace firn
