#include "pipeline/budget_watch.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <vector>

#include "load/price/history_price.h"
#include "model/period.h"

namespace firn {
namespace {

constexpr Duration kBetweenLooks = std::chrono::minutes(1);
constexpr Duration kLookBack = std::chrono::days(31 + kForecastDays);
constexpr const char* kAlarm = "costs.budget";

}  // namespace

StepOutcome BudgetWatch::run() {
  for (const RepeaterConfig& repeater : config_.repeaters) {
    if (!repeater.budget) {
      continue;
    }
    if (Status looked = look_at(repeater); !looked) {
      return StepOutcome::failed(std::move(looked).error());
    }
  }
  return StepOutcome::idle_for(kBetweenLooks);
}

Status BudgetWatch::look_at(const RepeaterConfig& repeater) {
  const Timestamp now = clock_.now();
  FIRN_ASSIGN(const auto used, catalog_.usage({repeater.name, format_period(Period::kDay, now - kLookBack)}));
  tell(repeater, month_forecast(money_by_day(config_.prices, used), now));
  return {};
}

/// Once for each of the two, not with each cent.
void BudgetWatch::tell(const RepeaterConfig& repeater, const MonthForecast& forecast) {
  const double budget = *repeater.budget;
  const Told now = forecast.spent >= budget    ? Told::kSpent
                   : forecast.at_end >= budget ? Told::kForecast
                                               : Told::kNothing;
  Told& before = told_[repeater.name];
  if (now == Told::kNothing) {
    alarms_.clear(kAlarm, repeater.name.str());
  } else if (now != before) {
    alarms_.raise(kAlarm, repeater.name.str(),
                  fmt::format("loading has cost {:.2f} dollars this month and will have cost {:.2f} at its end at the "
                              "rate of the last {} days; its budget is {:.2f}. Nothing is held up for it",
                              forecast.spent, forecast.at_end, kForecastDays, budget));
  }
  before = now;
}

}  // namespace firn
