#pragma once

#include <string>
#include <vector>

#include "load/price/plan.h"
#include "model/price/prices.h"

namespace firn {

/// A plan with where its numbers come from.
struct PlanReport {
  PlanFacts facts;
  std::string facts_from;  ///< for people: what is assumed or learnt
  Prices prices;
  std::vector<std::string> prices_set;  ///< which of them are no list prices, and where they come from
  std::vector<PlanSetting> settings;
};

/// For people: at most 100 columns.
std::string plan_text(const PlanReport& report);

/// For programs; docs/cli.md describes it.
std::string plan_json(const PlanReport& report);

/// "Snowpipe", "COPY, own XS Gen1, suspended at once", ...
std::string way_name(const PlanFacts& facts, const PlanWay& way);

}  // namespace firn
