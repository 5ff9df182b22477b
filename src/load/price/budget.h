#pragma once

#include <span>
#include <string>

#include "base/time.h"

namespace firn {

/// Dollars spent on a day in UTC.
struct DayMoney {
  std::string day;  ///< `2026-11-26`
  double dollars = 0;
};

/// The days whose rate is taken to go on.
inline constexpr int kForecastDays = 7;

struct MonthForecast {
  double spent = 0;   ///< in the month of `now`, in UTC
  double at_end = 0;  ///< with the rest of the month at the rate of the last week, or of the time since the first day
};

/// `days` are in order; those before the month count for the rate. Days without an entry cost nothing. A first day
/// counts as a whole one.
MonthForecast month_forecast(std::span<const DayMoney> days, Timestamp now);

}  // namespace firn
