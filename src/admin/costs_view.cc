#include "admin/costs_view.h"

#include <boost/json/array.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/reconcile_view.h"
#include "load/price/budget.h"
#include "load/price/history_price.h"
#include "load/price/snowpipe.h"
#include "model/period.h"
#include "model/price/prices.h"
#include "pipeline/method_choice.h"

namespace firn {
namespace {

using boost::json::array;
using boost::json::object;

constexpr std::size_t kMonthLetters = 7;
constexpr Duration kLookBack = std::chrono::days(31 + kForecastDays);

/// Sums that stay sums: of one repeater, one period or everything.
struct Costs {
  std::map<UsageItem, std::uint64_t> used;
  SpentMoney spent;
  OtherWays others;
};

void add(const Prices& prices, const CopyTerms& terms, const std::vector<UsageEntry>& entries, Costs& to) {
  for (const UsageEntry& entry : entries) {
    to.used[entry.item] += entry.amount;
  }
  const SpentMoney spent = spent_money(prices, used_amounts(entries));
  to.spent.snowpipe_credits += spent.snowpipe_credits;
  to.spent.warehouse_credits += spent.warehouse_credits;
  to.spent.snowflake_dollars += spent.snowflake_dollars;
  to.spent.s3_dollars += spent.s3_dollars;
  const OtherWays others = other_ways(prices, entries, terms);
  to.others.snowpipe_credits += others.snowpipe_credits;
  to.others.copy_credits += others.copy_credits;
  to.others.hourly_copy_credits += others.hourly_copy_credits;
  to.others.monthly_copy_credits += others.monthly_copy_credits;
}

object used_json(const Costs& costs) {
  object out;
  for (const auto& [item, amount] : costs.used) {
    out[to_string(item)] = amount;
  }
  return out;
}

object way_json(const Prices& prices, const Costs& costs, double credits) {
  return {{"credits", credits}, {"dollars", dollars(prices, credits) + costs.spent.s3_dollars}};
}

object costs_json(const Prices& prices, const Costs& costs) {
  const SpentMoney& spent = costs.spent;
  return {{"used", used_json(costs)},
          {"spent",
           {{"snowpipe_credits", spent.snowpipe_credits},
            {"warehouse_credits", spent.warehouse_credits},
            {"credits", spent.credits()},
            {"snowflake_dollars", spent.snowflake_dollars},
            {"s3_dollars", spent.s3_dollars},
            {"dollars", spent.dollars()}}},
          {"otherwise",
           {{"snowpipe", way_json(prices, costs, costs.others.snowpipe_credits)},
            {"copy", way_json(prices, costs, costs.others.copy_credits)},
            {"copy_hourly", way_json(prices, costs, costs.others.hourly_copy_credits)},
            {"copy_monthly", way_json(prices, costs, costs.others.monthly_copy_credits)}}}};
}

/// Of a year, a month or a day, as far as the text goes.
std::optional<Timestamp> beginning_of(std::string_view text) {
  constexpr std::string_view kFirstDay = "0000-01-01";
  if (text.size() != 4 && text.size() != kMonthLetters && text.size() != kFirstDay.size()) {
    return std::nullopt;
  }
  return parse_timestamp(std::string(text) + std::string(kFirstDay.substr(text.size())) + "T00:00");
}

Error refused(const std::string& what, const std::string& why, const std::string& hint) {
  return {ErrorKind::kInvalidInput, "show costs", what, why, hint};
}

Result<object> forecast_json(Daemon& daemon, const RepeaterConfig& repeater) {
  const Timestamp now = daemon.clock().now();
  FIRN_ASSIGN(const auto used, daemon.catalog().usage({repeater.name, format_period(Period::kDay, now - kLookBack)}));
  const MonthForecast forecast = month_forecast(money_by_day(daemon.config().prices, used), now);
  return object{{"month", format_period(Period::kMonth, now)},
                {"spent_dollars", forecast.spent},
                {"forecast_dollars", forecast.at_end},
                {"budget_dollars", repeater.budget ? boost::json::value(*repeater.budget) : boost::json::value()}};
}

Result<array> rows_of(Daemon& daemon, const std::map<std::string, Costs>& groups, const std::string& key) {
  array rows;
  for (const auto& [name, costs] : groups) {
    object row{{key, name}};
    for (auto& member : costs_json(daemon.config().prices, costs)) {
      row.insert(std::move(member));
    }
    RepeaterLine* line = key == "repeater" ? daemon.line(RepeaterName(name)) : nullptr;
    if (line != nullptr) {
      FIRN_ASSIGN(row["this_month"], forecast_json(daemon, line->config()));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Result<object> costs_view(Daemon& daemon, const CostsWish& wish) {
  const std::string by = wish.by.empty() ? "repeater" : wish.by;
  if (by != "repeater" && by != "period") {
    return fail(refused(by, "there is no such order", "use repeater or period"));
  }
  const std::string since = wish.since.empty() ? format_period(Period::kMonth, daemon.clock().now()) : wish.since;
  const auto begin = beginning_of(since);
  if (!begin) {
    return fail(refused(since, "it is not a year, a month or a day", "write it like 2026, 2026-11 or 2026-11-26"));
  }
  FIRN_ASSIGN(const auto used, daemon.usage({.since = since}));
  // The other ways are told of one repeater and one month, so that a sum over either is the same.
  std::map<std::pair<std::string, std::string>, std::vector<UsageEntry>> parts;
  for (const UsageEntry& entry : used) {
    parts[{entry.repeater.str(), entry.day.substr(0, kMonthLetters)}].push_back(entry);
  }
  const Prices& prices = daemon.config().prices;
  std::map<std::string, Costs> groups;
  Costs total;
  for (const auto& [part, entries] : parts) {
    RepeaterLine* line = daemon.line(RepeaterName(part.first));
    const CopyTerms terms = line == nullptr ? CopyTerms{} : copy_terms(daemon.config(), line->config());
    add(prices, terms, entries, groups[by == "repeater" ? part.first : part.second]);
    add(prices, terms, entries, total);
  }
  FIRN_ASSIGN(auto rows, rows_of(daemon, groups, by));
  object answer{{"since", since},
                {"by", by},
                {"dollars_per_credit", prices.dollars_per_credit},
                {"rows", std::move(rows)},
                {"total", costs_json(prices, total)}};
  if (wish.reconcile) {
    FIRN_ASSIGN(answer["reconcile"], reconcile_view(daemon, *begin, used));
  }
  return answer;
}

}  // namespace firn
