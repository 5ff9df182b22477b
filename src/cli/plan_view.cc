#include "cli/plan_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "cli/table.h"
#include "load/price/latest.h"
#include "load/price/snowpipe.h"
#include "model/price/list_prices.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr double kBytesPerGigabyte = 1e9;

double to_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

std::string size_text(double gigabytes_count) {
  return human_size(static_cast<std::uint64_t>(std::llround(gigabytes_count * kBytesPerGigabyte)));
}

/// Two digits after the point as long as they matter.
std::string money(double dollars_count) {
  constexpr double kWithoutCents = 1000;
  constexpr double kLeast = 0.01;
  if (dollars_count >= kWithoutCents) {
    return human_count(static_cast<std::uint64_t>(std::llround(dollars_count)));
  }
  return dollars_count > 0 && dollars_count < kLeast ? "<0.01" : fmt::format("{:.2f}", dollars_count);
}

std::string dollar_text(double dollars_count) {
  const std::string text = money(dollars_count);
  return text.starts_with('<') ? "less than $" + text.substr(1) : "$" + text;
}

std::string money_cell(const PlanSetting& setting) {
  const std::string text = money(setting.dollars_per_month());
  if (setting.is_cheapest) {
    return "*" + text;
  }
  return setting.is_fresh_enough ? text : "(" + text + ")";
}

bool same_way(const PlanWay& a, const PlanWay& b) {
  return a.method == b.method && a.warehouse.generation == b.warehouse.generation &&
         a.suspended_at_once == b.suspended_at_once;
}

/// The settings of one way, the shortest interval first.
std::vector<PlanSetting> settings_of(const PlanReport& report, const PlanWay& way) {
  std::vector<PlanSetting> found;
  std::ranges::copy_if(report.settings, std::back_inserter(found),
                       [&](const PlanSetting& setting) { return same_way(setting.way, way); });
  return found;
}

std::vector<TableColumn> interval_columns(const PlanReport& report, const std::string& title) {
  std::vector<TableColumn> columns{{title}};
  for (const Duration interval : plan_intervals(report.facts)) {
    columns.push_back({format_exact_duration(interval), Align::kRight});
  }
  return columns;
}

std::string costs_text(const PlanReport& report) {
  TextTable table(interval_columns(report, "DOLLARS A MONTH, LOADED EVERY"));
  for (const PlanWay& way : plan_ways()) {
    std::vector<std::string> cells{way_name(report.facts, way)};
    for (const PlanSetting& setting : settings_of(report, way)) {
      cells.push_back(money_cell(setting));
    }
    table.add(cells);
  }
  std::vector<std::string> rows(plan_intervals(report.facts).size() + 1);
  rows[0] = "avoid: an INSERT for each form";
  rows[1] = money(report.settings.back().dollars_per_month());
  table.add(rows);
  return table.str();
}

void add_freshness(const PlanReport& report, const PlanWay& way, const std::string& name, TextTable& table) {
  std::vector<std::string> typical{name + ", usually"};
  std::vector<std::string> worst{name + ", at most"};
  for (const PlanSetting& setting : settings_of(report, way)) {
    typical.push_back(format_duration(setting.typical));
    worst.push_back(format_duration(setting.worst));
  }
  table.add(typical);
  table.add(worst);
}

std::string freshness_text(const PlanReport& report) {
  TextTable table(interval_columns(report, "AGE OF A FORM WHEN ITS ROW APPEARS"));
  const auto ways = plan_ways();
  add_freshness(report, ways[0], "Snowpipe", table);
  add_freshness(report, ways[1], "COPY, own warehouse", table);
  return table.str();
}

std::string toml_text(const PlanSetting& setting) {
  const PlanToml toml = plan_toml(setting);
  std::string text = fmt::format("  [repeater.NAME]\n  method = \"{}\"\n  threshold = \"{}\"\n  max_age = \"{}\"\n",
                                 toml.method, toml.threshold, toml.max_age);
  if (!toml.schedule.empty()) {
    text += fmt::format("  schedule = \"{}\"\n", toml.schedule);
  }
  if (setting.way.suspended_at_once) {
    text += "  # and in its Snowflake connection: dedicated = true\n";
  }
  return text;
}

std::string latest_text(const PlanReport& report, const PlanSetting& setting) {
  const double refresh_seconds = setting.way.method == PlanMethod::kSnowpipe ? 0 : setting.load_seconds;
  const double credits =
      latest_refresh_credits(report.prices, {}, setting.loads_per_month, refresh_seconds, kPlanDays * 86400);
  const double stored = report.facts.forms_per_day * kPlanDays * report.facts.bytes_per_form / kBytesPerGigabyte /
                        report.facts.compression;
  return fmt::format(
      "Not in the table: `_latest` as a view costs nothing, as a dynamic table refreshed after each load\n"
      "{} a month. The rows of a month, {}, cost {} a month from then on.\n",
      dollar_text(dollars(report.prices, credits)), size_text(stored),
      dollar_text(table_dollars_per_month(report.prices, stored)));
}

/// The best setting of Snowpipe beside another choice: what doing without a warehouse costs.
std::string snowpipe_text(const PlanReport& report, const PlanSetting& chosen) {
  const PlanSetting* best = nullptr;
  for (const PlanSetting& setting : report.settings) {
    const bool fits = setting.way.method == PlanMethod::kSnowpipe && setting.is_fresh_enough;
    if (fits && (best == nullptr || setting.dollars_per_month() < best->dollars_per_month())) {
      best = &setting;
    }
  }
  return best == nullptr || chosen.way.method == PlanMethod::kSnowpipe
             ? ""
             : fmt::format("\n(Snowpipe, without a warehouse, every {}: {})", format_exact_duration(best->interval),
                           dollar_text(best->dollars_per_month()));
}

std::string choice_text(const PlanReport& report) {
  const auto found = std::ranges::find_if(report.settings, &PlanSetting::is_cheapest);
  const std::string wish = report.facts.freshness ? format_exact_duration(*report.facts.freshness) : "";
  if (found == report.settings.end()) {
    return fmt::format("No setting brings every form into its table within {}. The quickest are in the first column.\n",
                       wish);
  }
  return fmt::format("* the cheapest{}: {}, every {}: {} a month{}\n{}\n{}", wish.empty() ? "" : " within " + wish,
                     way_name(report.facts, found->way), format_exact_duration(found->interval),
                     dollar_text(found->dollars_per_month()),
                     snowpipe_text(report, *found) + (wish.empty() ? "" : "\n(in brackets: later than that)"),
                     toml_text(*found), latest_text(report, *found));
}

std::string break_even_text(const PlanReport& report) {
  TextTable table({{"CHEAPER THAN SNOWPIPE FROM"},
                   {"A LOAD", Align::kRight},
                   {"FORMS", Align::kRight},
                   {"WHICH COME IN", Align::kRight}});
  for (const PlanWay& way : plan_ways()) {
    if (way.method != PlanMethod::kOwnWarehouse) {
      continue;
    }
    const auto size = plan_break_even_gigabytes(report.facts, report.prices, way);
    if (!size) {
      table.add({way_name(report.facts, way), "never", "", ""});
      continue;
    }
    const double forms = *size * kBytesPerGigabyte / report.facts.bytes_per_form;
    const double days = forms / report.facts.forms_per_day;
    constexpr double kLongest = 3650;
    table.add({way_name(report.facts, way), size_text(*size),
               human_count(static_cast<std::uint64_t>(std::llround(forms))),
               days > kLongest ? "over 10 years" : format_duration(std::chrono::seconds(std::llround(days * 86400)))});
  }
  return table.str();
}

std::string sources_text(const PlanReport& report) {
  const Prices& prices = report.prices;
  std::string exceptions;
  for (const std::string& price : report.prices_set) {
    exceptions += fmt::format("Not from the list: {}.\n", price);
  }
  return fmt::format(
      "Prices: ${:.2f} a credit ({}, {}); Snowpipe {} credits a GB;\n"
      "XS {} credits an hour, Gen2 {} times that, for {} s at least.\n{}"
      "List prices: {}, of {}.\n"
      "Assumed: {}; files {:.1f} times smaller;\n"
      "a COPY takes {} s and reads {} MB/s in each of {} threads.\n"
      "docs/costs.md has the formulas, and what is not included.\n",
      prices.dollars_per_credit, prices.region, to_string(prices.edition), prices.snowpipe_credits_per_gigabyte,
      prices.warehouse_credits_per_hour, prices.second_generation_factor, prices.warehouse_minimum_seconds, exceptions,
      kListPriceSource, kListPriceDate, report.facts_from, report.facts.compression,
      report.facts.speed.statement_seconds, report.facts.speed.megabytes_per_thread_second, report.facts.speed.threads);
}

std::string_view method_word(PlanMethod method) {
  switch (method) {
    case PlanMethod::kSnowpipe:
      return "snowpipe";
    case PlanMethod::kOwnWarehouse:
      return "copy";
    case PlanMethod::kSharedWarehouse:
      return "copy_shared";
    case PlanMethod::kRowInserts:
      return "insert";
  }
  return "";
}

json::object way_json(const PlanWay& way) {
  const bool has_warehouse = way.method != PlanMethod::kSnowpipe;
  const bool sleeps = way.method == PlanMethod::kOwnWarehouse;
  return {{"method", method_word(way.method)},
          {"generation",
           has_warehouse ? json::value(way.warehouse.generation == WarehouseGeneration::kFirst ? 1 : 2) : nullptr},
          {"suspended_at_once", sleeps ? json::value(way.suspended_at_once) : nullptr}};
}

json::object toml_json(const PlanSetting& setting) {
  const PlanToml toml = plan_toml(setting);
  return {{"method", toml.method},
          {"threshold", toml.threshold},
          {"max_age", toml.max_age},
          {"schedule", toml.schedule.empty() ? json::value(nullptr) : json::value(toml.schedule)}};
}

json::object setting_json(const PlanSetting& setting) {
  json::object out = way_json(setting.way);
  out["interval_seconds"] = to_seconds(setting.interval);
  out["loads_per_month"] = setting.loads_per_month;
  out["gigabytes_per_load"] = setting.gigabytes_per_load;
  out["credits_per_month"] = setting.credits_per_month;
  out["snowflake_dollars_per_month"] = setting.snowflake_dollars_per_month;
  out["staging_dollars_per_month"] = setting.staging_dollars_per_month;
  out["dollars_per_month"] = setting.dollars_per_month();
  out["typical_seconds"] = to_seconds(setting.typical);
  out["worst_seconds"] = to_seconds(setting.worst);
  out["fresh_enough"] = setting.is_fresh_enough;
  out["cheapest"] = setting.is_cheapest;
  out["firn_toml"] = setting.way.method == PlanMethod::kRowInserts ? json::value(nullptr) : toml_json(setting);
  return out;
}

json::object prices_json(const Prices& prices) {
  json::object out{{"region", prices.region}, {"edition", to_string(prices.edition)}};
  for (const PriceField& field : price_fields()) {
    out[field.key] = prices.*field.value;
  }
  out["list_price_date"] = kListPriceDate;
  out["list_price_source"] = kListPriceSource;
  return out;
}

json::array break_even_json(const PlanReport& report) {
  json::array out;
  for (const PlanWay& way : plan_ways()) {
    if (way.method == PlanMethod::kOwnWarehouse) {
      json::object each = way_json(way);
      const auto size = plan_break_even_gigabytes(report.facts, report.prices, way);
      each["gigabytes_per_load"] = size ? json::value(*size) : nullptr;
      out.push_back(std::move(each));
    }
  }
  return out;
}

}  // namespace

std::string way_name(const PlanFacts& facts, const PlanWay& way) {
  const int generation = way.warehouse.generation == WarehouseGeneration::kFirst ? 1 : 2;
  switch (way.method) {
    case PlanMethod::kSnowpipe:
      return "Snowpipe";
    case PlanMethod::kOwnWarehouse:
      return way.suspended_at_once
                 ? fmt::format("COPY, XS Gen{}, suspended at once", generation)
                 : fmt::format("COPY, XS Gen{}, AUTO_SUSPEND {:.0f}", generation, facts.auto_suspend_seconds);
    case PlanMethod::kSharedWarehouse:
      return "COPY, an XS that runs anyway";
    case PlanMethod::kRowInserts:
      return "an INSERT for each form";
  }
  return "";
}

std::string plan_text(const PlanReport& report) {
  const PlanFacts& facts = report.facts;
  const double per_day = facts.forms_per_day * facts.bytes_per_form / kBytesPerGigabyte;
  return fmt::format("{} forms a day of {} are {} a day before compression, {} in 30 days.\n\n{}\n{}\n{}\n{}\n{}",
                     human_count(static_cast<std::uint64_t>(std::llround(facts.forms_per_day))),
                     size_text(facts.bytes_per_form / kBytesPerGigabyte), size_text(per_day),
                     size_text(per_day * kPlanDays), costs_text(report), freshness_text(report), choice_text(report),
                     break_even_text(report), sources_text(report));
}

std::string plan_json(const PlanReport& report) {
  json::array settings;
  for (const PlanSetting& setting : report.settings) {
    settings.push_back(setting_json(setting));
  }
  const PlanFacts& facts = report.facts;
  return json::serialize(
      json::object{{"forms_per_day", facts.forms_per_day},
                   {"bytes_per_form", facts.bytes_per_form},
                   {"compression", facts.compression},
                   {"freshness_seconds", facts.freshness ? json::value(to_seconds(*facts.freshness)) : nullptr},
                   {"facts_from", report.facts_from},
                   {"prices", prices_json(report.prices)},
                   {"prices_set", json::array(report.prices_set.begin(), report.prices_set.end())},
                   {"settings", settings},
                   {"break_even", break_even_json(report)}});
}

}  // namespace firn
