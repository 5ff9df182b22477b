#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/nearest.h"
#include "base/time.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/plan_history.h"
#include "cli/plan_view.h"
#include "config/config.h"
#include "load/price/plan.h"
#include "model/price/list_prices.h"
#include "model/price/prices.h"

namespace firn {
namespace {

/// True when there is a configuration, or one was named: then a wrong one is a mistake.
bool has_config(const CliContext& context) {
  const std::string path = config_path(context);
  return !context.arguments.config.empty() || context.environment("FIRN_CONFIG").has_value() ||
         context.files.exists(path).value_or(false);
}

int report_unknown_region(const CliContext& context, const std::string& region) {
  const std::vector<std::string> known = price_regions();
  const auto meant = nearest(region, known);
  context.err << fmt::format(
      "firn: no prices of the region \"{}\" are known\n{}\n", region,
      meant ? fmt::format("did you mean \"{}\"?", *meant) : fmt::format("known are {}", fmt::join(known, ", ")));
  return kExitUsage;
}

/// Region and edition of the command line, with their list prices; the rest stays as it is.
int take_list_price(const CliContext& context, Prices& prices) {
  const PlanArguments& asked = context.arguments.plan;
  if (asked.region.empty() && asked.edition.empty()) {
    return kExitOk;
  }
  prices.region = asked.region.empty() ? prices.region : asked.region;
  prices.edition = parse_edition(asked.edition).value_or(prices.edition);
  if (const auto listed = list_price(prices.region, prices.edition)) {
    prices.dollars_per_credit = listed->dollars_per_credit;
    prices.table_dollars_per_terabyte_month = listed->table_dollars_per_terabyte_month;
    return kExitOk;
  }
  const std::vector<std::string> known = price_regions();
  if (std::ranges::find(known, prices.region) == known.end()) {
    return report_unknown_region(context, prices.region);
  }
  if (asked.dollars_per_credit) {
    return kExitOk;
  }
  context.err << fmt::format(
      "firn: no list price of a credit in {} with edition {} is known\ngive --dollars-per-credit\n", prices.region,
      to_string(prices.edition));
  return kExitUsage;
}

/// What a region or an edition of the command line replaces.
bool is_replaced(const PlanArguments& asked, const std::string& key) {
  const bool has_list = !asked.region.empty() || !asked.edition.empty();
  return (has_list && (key == "prices.dollars_per_credit" || key == "prices.table_dollars_per_tb_month")) ||
         (asked.dollars_per_credit && key == "prices.dollars_per_credit") || key == "prices.region" ||
         key == "prices.edition";
}

/// The prices that no list has said, each with its place.
std::vector<std::string> prices_set(const PlanArguments& asked, const std::optional<Config>& config) {
  std::vector<std::string> set;
  if (asked.dollars_per_credit) {
    set.emplace_back("--dollars-per-credit");
  }
  if (!config) {
    return set;
  }
  for (const Setting& setting : config->settings) {
    if (setting.key.starts_with("prices.") && !setting.is_standard && !is_replaced(asked, setting.key)) {
      set.push_back(fmt::format("{} = {}, line {} of firn.toml", setting.key, setting.value, setting.line));
    }
  }
  return set;
}

/// What comes in: the command line's word, else the history's, else an assumption.
int take_workload(const CliContext& context, PlanReport& report) {
  const PlanArguments& asked = context.arguments.plan;
  PlanFacts& facts = report.facts;
  report.facts_from = asked.bytes_per_form ? "forms come evenly over the day"
                                           : fmt::format("{} a form (--bytes-per-form), evenly over the day",
                                                         format_size(static_cast<std::uint64_t>(facts.bytes_per_form)));
  if (!asked.repeater.empty()) {
    const auto history = plan_history(context, asked.repeater);
    if (!history) {
      return history.error();
    }
    report.facts_from =
        fmt::format("forms keep coming as {} has received them for {}", asked.repeater, format_duration(history->span));
    facts.forms_per_day = history->forms_per_day;
    facts.bytes_per_form = history->bytes_per_form.value_or(facts.bytes_per_form);
    facts.compression = history->compression.value_or(facts.compression);
  }
  facts.forms_per_day = asked.forms_per_day.value_or(facts.forms_per_day);
  if (asked.bytes_per_form) {
    facts.bytes_per_form = static_cast<double>(*asked.bytes_per_form);
  }
  return kExitOk;
}

PlanFacts facts_of(const PlanArguments& asked, const Prices& prices) {
  PlanFacts facts;
  facts.freshness = asked.freshness;
  facts.has_shared_warehouse = asked.shared_warehouse;
  facts.encryption = asked.kms ? BucketEncryption::kKmsBucketKey : BucketEncryption::kOwn;
  facts.other_region = !asked.bucket_region.empty() && asked.bucket_region != prices.region;
  return facts;
}

}  // namespace

int run_plan(const CliContext& context) {
  std::optional<Config> config;
  if (has_config(context)) {
    config = load_or_report(context, {.fit_to_serve = false});
    if (!config) {
      return kExitConfiguration;
    }
  }
  PlanReport report;
  report.prices = config ? config->prices : Prices{};
  if (const int wrong = take_list_price(context, report.prices); wrong != kExitOk) {
    return wrong;
  }
  const PlanArguments& asked = context.arguments.plan;
  report.prices.dollars_per_credit = asked.dollars_per_credit.value_or(report.prices.dollars_per_credit);
  report.prices_set = prices_set(asked, config);
  report.facts = facts_of(asked, report.prices);
  if (const int wrong = take_workload(context, report); wrong != kExitOk) {
    return wrong;
  }
  report.settings = make_plan(report.facts, report.prices);
  context.out << (context.arguments.json ? plan_json(report) + "\n" : plan_text(report));
  return kExitOk;
}

}  // namespace firn
