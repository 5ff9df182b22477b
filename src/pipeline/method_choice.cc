#include "pipeline/method_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "model/period.h"
#include "pipeline/target.h"
#include "pipeline/target_guard.h"

namespace firn {
namespace {

constexpr auto kHistory = std::chrono::days(60);
// The other one has to cost less than this part of what the present one costs.
constexpr double kWorthAChange = 0.9;

std::string prices_text(const Prices& prices, const OtherWays& ways) {
  return fmt::format("the loads of the last 60 days cost {:.4f} dollars by Snowpipe and {:.4f} by COPY",
                     ways.snowpipe_credits * prices.dollars_per_credit, ways.copy_credits * prices.dollars_per_credit);
}

Result<std::optional<OtherWays>> ways_of(const Config& config, Catalog& catalog, const RepeaterConfig& repeater,
                                         Timestamp now) {
  FIRN_ASSIGN(const auto entries,
              catalog.usage({.repeater = repeater.name, .since = format_period(Period::kDay, now - kHistory)}));
  const bool has_loads =
      std::ranges::any_of(entries, [](const UsageEntry& entry) { return entry.item == UsageItem::kLoads; });
  return has_loads ? std::optional(other_ways(config.prices, entries, copy_terms(config, repeater, entries)))
                   : std::nullopt;
}

Status choose_for(const Config& config, RepeaterConfig& repeater, Catalog& catalog, Timestamp now) {
  MethodFacts facts;
  FIRN_ASSIGN(const auto bound, catalog.bind_target(repeater.name, target_of(config, repeater).str()));
  facts.bound = method_in(bound);
  FIRN_ASSIGN(facts.is_drained, has_nothing_on_its_way(catalog, repeater.name));
  const SnowflakeConnection* account = config.snowflake_of(repeater);
  facts.has_warehouse = account != nullptr && !account->warehouse.empty();
  FIRN_ASSIGN(facts.ways, ways_of(config, catalog, repeater, now));
  MethodChoice choice = choose_method(config.prices, facts);
  repeater.method = choice.method;
  repeater.method_why = std::move(choice.why);
  if (choice.method == LoadMethod::kCopy) {
    repeater.pipe.clear();
  }
  return {};
}

}  // namespace

CopyTerms copy_terms(const Config& config, const RepeaterConfig& repeater, std::span<const UsageEntry> used) {
  const SnowflakeConnection* account = config.snowflake_of(repeater);
  return copy_terms(used, account != nullptr && account->dedicated);
}

MethodChoice choose_method(const Prices& prices, const MethodFacts& facts) {
  const LoadMethod now = facts.bound.value_or(LoadMethod::kSnowpipe);
  if (!facts.is_drained && now == LoadMethod::kCopy && !facts.has_warehouse) {
    return {now,
            "chunks wait that go by COPY, and the connection has no warehouse any more: set `warehouse` again; to do "
            "without, `firn drain`, then take it out and restart"};
  }
  if (!facts.is_drained) {
    return {now, "chunks wait or are in quarantine; `firn drain` and a restart make the price decide"};
  }
  if (!facts.has_warehouse) {
    return {LoadMethod::kSnowpipe, "the connection has no warehouse for COPY"};
  }
  if (!facts.ways) {
    return {now, "nothing was loaded in the last 60 days to compare prices by"};
  }
  const double limit = now == LoadMethod::kCopy ? 1 / kWorthAChange : kWorthAChange;
  const bool copy = facts.ways->copy_credits < facts.ways->snowpipe_credits * limit;
  return {copy ? LoadMethod::kCopy : LoadMethod::kSnowpipe, prices_text(prices, *facts.ways)};
}

Status choose_methods(Config& config, Catalog& catalog, const Clock& clock) {
  for (RepeaterConfig& repeater : config.repeaters) {
    if (repeater.method_is_auto) {
      FIRN_TRY(choose_for(config, repeater, catalog, clock.now()));
    }
  }
  return {};
}

}  // namespace firn
