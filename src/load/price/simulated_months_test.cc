// The table of simulated months in docs/costs.md: FIRN_WRITE_DOCS=1 writes it anew.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/cron.h"
#include "base/units.h"
#include "load/price/plan.h"
#include "load/price/row_insert.h"
#include "load/price/simulated_month.h"
#include "load/price/snowpipe.h"
#include "load/schedule.h"
#include "load/trigger_policy.h"
#include "platform/time_zone.h"

namespace firn {
namespace {

using std::chrono::hours;

constexpr std::array kScales{100.0, 5750.0, 11'500.0, 320'000.0, 10'000'000.0};
constexpr PlanWay kSnowpipe{};
constexpr PlanWay kDedicated{PlanMethod::kOwnWarehouse, {}, true};
constexpr PlanWay kAutoSuspended{PlanMethod::kOwnWarehouse, {}, false};

PlanFacts facts_of(double forms_per_day) {
  PlanFacts facts;
  facts.forms_per_day = forms_per_day;
  return facts;
}

std::function<std::optional<Timestamp>(Timestamp)> moments_of(const std::string& cron) {
  if (cron.empty()) {
    return {};
  }
  const Schedule schedule(CronExpression::parse(cron).value(), TimeZone::load("UTC").value());
  return [schedule](Timestamp after) { return schedule.next_after(after); };
}

/// As firn.toml would have it.
TriggerPolicy policy_of(const PlanToml& toml) {
  return {.threshold_bytes = parse_size(toml.threshold).value(),
          .max_age = parse_duration(toml.max_age).value(),
          .schedule = moments_of(toml.schedule)};
}

MonthResult month(double scale, const PlanWay& way, TriggerPolicy policy) {
  return SimulatedMonth(facts_of(scale), {}, way, std::move(policy)).run();
}

MonthResult scheduled(double scale, const std::string& cron) {
  return month(scale, kAutoSuspended, {.schedule = moments_of(cron)});
}

MonthResult hourly_snowpipe(double scale) {
  return month(scale, kSnowpipe, policy_of(plan_toml(plan_setting(facts_of(scale), {}, kSnowpipe, hours(1)))));
}

/// COPY at the size from which it is cheaper than Snowpipe, and at the end of a month.
MonthResult monthly_copy_with_threshold(double scale) {
  TriggerPolicy policy{.max_age = hours(30 * 24), .schedule = moments_of("@monthly")};
  const double gigabytes = std::ceil(plan_break_even_gigabytes(facts_of(scale), {}, kDedicated).value());
  policy.threshold_bytes = static_cast<std::uint64_t>(gigabytes * 1e9);
  return month(scale, kDedicated, policy);
}

MonthResult cheapest_within_a_day(double scale) {
  PlanFacts facts = facts_of(scale);
  facts.freshness = hours(24);
  const auto settings = make_plan(facts, {});
  const auto cheapest = std::ranges::find_if(settings, &PlanSetting::is_cheapest);
  return month(scale, cheapest->way, policy_of(plan_toml(*cheapest)));
}

/// As make_plan() has it, but that forms come in the working hours only: at that rate all day, for a part of the day.
MonthResult row_by_row(double scale) {
  const double share = SimulatedMonth::kWorkingHours / 24;
  const PlanSetting inserts = make_plan(facts_of(scale), {}).back();
  MonthResult result;
  result.dollars = dollars({}, kPlanDays * share *
                                   row_insert_credits_per_day({}, inserts.way.warehouse, scale / share,
                                                              facts_of(scale).auto_suspend_seconds));
  result.usual = inserts.typical;
  result.worst = inserts.worst;
  return result;
}

struct Row {
  std::string name;
  std::function<MonthResult(double)> month;
};

std::vector<Row> rows() {
  return {{"Firn: Snowpipe, every hour", hourly_snowpipe},
          {"Firn: the cheapest within a day by `firn plan`", cheapest_within_a_day},
          {"Firn: COPY at the break-even's size, or monthly", monthly_copy_with_threshold},
          {"an INSERT for each form", row_by_row},
          {"COPY every minute", [](double scale) { return scheduled(scale, "* * * * *"); }},
          {"COPY every hour", [](double scale) { return scheduled(scale, "@hourly"); }},
          {"COPY every month", [](double scale) { return scheduled(scale, "@monthly"); }}};
}

std::string money(double dollars) {
  return dollars < 0.005  ? "<$0.01"
         : dollars < 1000 ? fmt::format("${:.2f}", dollars)
                          : "$" + human_count(static_cast<std::uint64_t>(std::llround(dollars)));
}

std::string table() {
  std::string text = "| dollars a month, usual and highest age of a form |";
  std::string rule = "|---|";
  for (const double scale : kScales) {
    text += fmt::format(" {} a day |", human_count(static_cast<std::uint64_t>(scale)));
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (const Row& row : rows()) {
    text += "| " + row.name + " |";
    for (const double scale : kScales) {
      const MonthResult result = row.month(scale);
      text += fmt::format(" {}, {}, {} |", money(result.dollars), format_duration(result.usual),
                          format_duration(result.worst));
    }
    text += "\n";
  }
  return text;
}

std::string page_path() { return FIRN_DOCS_DIR "/costs.md"; }

std::string read_page() {
  std::ifstream file(page_path());
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SimulatedMonths, AreWhatTheCodeSays) {
  const std::string begin = "<!-- simulated-months: begin -->\n";
  const std::string page = read_page();
  const auto from = page.find(begin);
  const auto to = page.find("<!-- simulated-months: end -->");
  ASSERT_TRUE(from != std::string::npos && to != std::string::npos && from < to);
  const std::string said = page.substr(from + begin.size(), to - from - begin.size());
  const std::string now = table();
  if (std::getenv("FIRN_WRITE_DOCS") != nullptr) {
    std::ofstream(page_path()) << page.substr(0, from) << begin << now << page.substr(to);
    return;
  }
  EXPECT_EQ(said, now) << "FIRN_WRITE_DOCS=1 with this test writes the page anew";
}

TEST(SimulatedMonths, EachFormIsLoadedAndPaidForOnce) {
  for (const double scale : kScales) {
    const MonthResult result = hourly_snowpipe(scale);
    EXPECT_EQ(result.forms, static_cast<std::uint64_t>(scale * kPlanDays));
    EXPECT_LE(result.worst, hours(1) + std::chrono::minutes(5));
    const double plan = plan_setting(facts_of(scale), {}, kSnowpipe, hours(1)).snowflake_dollars_per_month;
    EXPECT_GE(result.dollars, plan * (1 - 1e-9));
  }
}

/// One load of a month is the same in the plan, where the forms come evenly over the day.
TEST(SimulatedMonths, AMonthlyLoadCostsWhatThePlanSays) {
  const MonthResult result = scheduled(320'000, "@monthly");
  EXPECT_EQ(result.loads, 1U);
  const PlanSetting plan = plan_setting(facts_of(320'000), {}, kAutoSuspended, hours(30 * 24));
  EXPECT_NEAR(result.dollars, plan.dollars_per_month(), plan.dollars_per_month() / 4);
}

}  // namespace
}  // namespace firn
