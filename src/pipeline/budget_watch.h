#pragma once

#include <map>
#include <string_view>

#include "base/clock.h"
#include "config/config.h"
#include "load/price/budget.h"
#include "model/catalog.h"
#include "model/names.h"
#include "model/step.h"
#include "observe/alarms.h"

namespace firn {

/// Watches what loading costs: a step of its own that looks every minute. `costs.budget` stands for a repeater with a
/// budget while the month's forecast reaches it. Nothing else follows from it.
class BudgetWatch final : public Step {
 public:
  /// Everything must outlive the watch.
  BudgetWatch(Catalog& catalog, const Clock& clock, Alarms& alarms, const Config& config)
      : catalog_(catalog), clock_(clock), alarms_(alarms), config_(config) {}

  [[nodiscard]] std::string_view name() const override { return "budget_watch"; }
  StepOutcome run() override;

 private:
  enum class Told { kNothing, kForecast, kSpent };

  Status look_at(const RepeaterConfig& repeater);
  void tell(const RepeaterConfig& repeater, const MonthForecast& forecast);

  Catalog& catalog_;
  const Clock& clock_;
  Alarms& alarms_;
  const Config& config_;
  std::map<RepeaterName, Told> told_;
};

}  // namespace firn
