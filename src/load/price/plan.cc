#include "load/price/plan.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "load/price/break_even.h"
#include "load/price/cloud_services.h"
#include "load/price/row_insert.h"
#include "load/price/snowpipe.h"

namespace firn {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr double kBytesPerGigabyte = 1e9;
constexpr double kMonthSeconds = kPlanDays * 86400;
constexpr double kSameDollars = 0.01;

// Delays besides the interval. Snowflake promises none for Snowpipe: "within minutes", usually about one.
constexpr Duration kStageDelay = seconds(5);
constexpr Duration kSnowpipeTypical = minutes(1);
constexpr Duration kSnowpipeWorst = minutes(3);
constexpr Duration kInsertTypical = seconds(1);
constexpr Duration kInsertWorst = seconds(5);

double to_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }
Duration from_seconds(double count) { return seconds(std::llround(std::ceil(count))); }

double gigabytes_per_month(const PlanFacts& facts) {
  return facts.forms_per_day * kPlanDays * facts.bytes_per_form / kBytesPerGigabyte;
}

/// Age limits how few files there are, size how large they get.
LoadFiles files_of_load(const PlanFacts& facts, Duration interval, double gigabytes_per_load) {
  const double by_age = std::ceil(to_seconds(interval) / to_seconds(facts.chunk_age));
  const double largest = facts.chunk_size_gigabytes * facts.compression;
  const double by_size = std::ceil(gigabytes_per_load / largest);
  return by_size > by_age ? LoadFiles{by_size, std::min(largest, gigabytes_per_load)}
                          : LoadFiles{std::max(1.0, by_age), gigabytes_per_load / std::max(1.0, by_age)};
}

double fixed_seconds(const PlanFacts& facts, const PlanWay& way) {
  return facts.speed.resume_seconds + idle_tail_seconds(way.suspended_at_once ? 0 : facts.auto_suspend_seconds);
}

/// With the share of cloud services that is above the allowance.
double copy_credits(const PlanFacts& facts, const Prices& prices, const PlanSetting& setting) {
  const PlanWay& way = setting.way;
  if (way.method == PlanMethod::kSharedWarehouse) {
    return warm_copy_credits(prices, way.warehouse, setting.loads_per_month, setting.load_seconds, 1.0);
  }
  const double awake = fixed_seconds(facts, way) + setting.load_seconds;
  const double compute = cold_copy_credits(prices, way.warehouse, setting.loads_per_month, awake, kMonthSeconds);
  const double services = cloud_services_credits(prices, setting.loads_per_month);
  return compute + kPlanDays * billed_cloud_services_credits(prices, services / kPlanDays, compute / kPlanDays);
}

void add_freshness(const PlanFacts& facts, PlanSetting& setting) {
  Duration typical = kSnowpipeTypical;
  Duration worst = kSnowpipeWorst;
  if (setting.way.method != PlanMethod::kSnowpipe) {
    const bool wakes = setting.way.method == PlanMethod::kOwnWarehouse;
    typical = from_seconds(setting.load_seconds + (wakes ? facts.speed.resume_seconds : 0));
    worst = typical;
  }
  setting.typical = setting.interval / 2 + kStageDelay + typical;
  setting.worst = setting.interval + kStageDelay + worst;
  setting.is_fresh_enough = !facts.freshness || setting.worst <= *facts.freshness;
}

PlanSetting row_inserts(const PlanFacts& facts, const Prices& prices) {
  PlanSetting setting;
  setting.way = {.method = PlanMethod::kRowInserts};
  setting.loads_per_month = facts.forms_per_day * kPlanDays;
  setting.gigabytes_per_load = facts.bytes_per_form / kBytesPerGigabyte;
  setting.credits_per_month = kPlanDays * row_insert_credits_per_day(prices, setting.way.warehouse, facts.forms_per_day,
                                                                     facts.auto_suspend_seconds);
  setting.snowflake_dollars_per_month = dollars(prices, setting.credits_per_month);
  setting.typical = kInsertTypical;
  setting.worst = kInsertWorst;
  setting.is_fresh_enough = !facts.freshness || setting.worst <= *facts.freshness;
  return setting;
}

bool can_be_chosen(const PlanFacts& facts, const PlanSetting& setting) {
  return setting.is_fresh_enough && setting.way.method != PlanMethod::kRowInserts &&
         (setting.way.method != PlanMethod::kSharedWarehouse || facts.has_shared_warehouse);
}

void mark_cheapest(const PlanFacts& facts, std::vector<PlanSetting>& settings) {
  std::optional<double> least;
  for (const PlanSetting& setting : settings) {
    if (can_be_chosen(facts, setting)) {
      least = std::min(least.value_or(setting.dollars_per_month()), setting.dollars_per_month());
    }
  }
  PlanSetting* best = nullptr;
  for (PlanSetting& setting : settings) {
    if (least && can_be_chosen(facts, setting) && setting.dollars_per_month() <= *least + kSameDollars &&
        (best == nullptr || setting.worst < best->worst)) {
      best = &setting;
    }
  }
  if (best != nullptr) {
    best->is_cheapest = true;
  }
}

/// The longest interval of whole minutes after which Snowpipe and COPY are still in time; nothing when there is none.
std::optional<Duration> interval_for(const PlanFacts& facts, Duration freshness) {
  const double gigabytes = gigabytes_per_month(facts) * to_seconds(freshness) / kMonthSeconds;
  const double copy = load_seconds(facts.speed, files_of_load(facts, freshness, gigabytes));
  const Duration slower = std::max<Duration>(kSnowpipeWorst, from_seconds(copy + facts.speed.resume_seconds));
  const Duration left = freshness - kStageDelay - slower;
  const Duration whole = std::chrono::floor<minutes>(std::min<Duration>(left, hours(30 * 24)));
  return whole >= minutes(1) ? std::optional(whole) : std::nullopt;
}

/// Rounded up to one digit, so that it is easy to read.
std::uint64_t round_up(double bytes) {
  const double unit = std::pow(10, std::floor(std::log10(bytes)));
  return static_cast<std::uint64_t>(std::ceil(bytes / unit) * unit);
}

}  // namespace

std::vector<PlanWay> plan_ways() {
  constexpr Warehouse kFirst{WarehouseSize::kXs, WarehouseGeneration::kFirst};
  constexpr Warehouse kSecond{WarehouseSize::kXs, WarehouseGeneration::kSecond};
  return {{PlanMethod::kSnowpipe, kFirst, false},      {PlanMethod::kOwnWarehouse, kFirst, true},
          {PlanMethod::kOwnWarehouse, kFirst, false},  {PlanMethod::kOwnWarehouse, kSecond, true},
          {PlanMethod::kOwnWarehouse, kSecond, false}, {PlanMethod::kSharedWarehouse, kFirst, false}};
}

std::vector<Duration> plan_intervals(const PlanFacts& facts) {
  std::vector<Duration> intervals{minutes(1), minutes(15), hours(1), hours(24), hours(7 * 24), hours(30 * 24)};
  if (facts.freshness) {
    if (const auto wished = interval_for(facts, *facts.freshness)) {
      intervals.push_back(*wished);
    }
  }
  std::ranges::sort(intervals);
  intervals.erase(std::ranges::unique(intervals).begin(), intervals.end());
  return intervals;
}

PlanSetting plan_setting(const PlanFacts& facts, const Prices& prices, const PlanWay& way, Duration interval) {
  PlanSetting setting;
  setting.way = way;
  setting.interval = interval;
  // A load needs a form: the age timer begins with the first one.
  setting.loads_per_month = std::min(kMonthSeconds / to_seconds(interval), facts.forms_per_day * kPlanDays);
  if (setting.loads_per_month > 0) {
    setting.gigabytes_per_load = gigabytes_per_month(facts) / setting.loads_per_month;
  }
  const LoadFiles files = files_of_load(facts, interval, setting.gigabytes_per_load);
  setting.load_seconds = load_seconds(facts.speed, files);
  setting.credits_per_month = way.method == PlanMethod::kSnowpipe ? snowpipe_credits(prices, gigabytes_per_month(facts))
                                                                  : copy_credits(facts, prices, setting);
  setting.snowflake_dollars_per_month = dollars(prices, setting.credits_per_month);
  setting.staging_dollars_per_month = staging_dollars(
      prices, {.count = std::min(setting.loads_per_month * files.count, facts.forms_per_day * kPlanDays),
               .compressed_gigabytes = gigabytes_per_month(facts) / facts.compression,
               .hours_kept = to_seconds(facts.keep_staged + interval / 2) / 3600,
               .encryption = facts.encryption,
               .other_region = facts.other_region});
  add_freshness(facts, setting);
  return setting;
}

std::vector<PlanSetting> make_plan(const PlanFacts& facts, const Prices& prices) {
  std::vector<PlanSetting> settings;
  for (const PlanWay& way : plan_ways()) {
    for (const Duration interval : plan_intervals(facts)) {
      settings.push_back(plan_setting(facts, prices, way, interval));
    }
  }
  settings.push_back(row_inserts(facts, prices));
  mark_cheapest(facts, settings);
  return settings;
}

std::optional<double> plan_break_even_gigabytes(const PlanFacts& facts, const Prices& prices, const PlanWay& way) {
  if (way.method != PlanMethod::kOwnWarehouse) {
    return std::nullopt;
  }
  return break_even_gigabytes(prices, way.warehouse,
                              {.fixed_seconds = fixed_seconds(facts, way) + facts.speed.statement_seconds,
                               .seconds_per_gigabyte = seconds_per_gigabyte(facts.speed)});
}

PlanToml plan_toml(const PlanSetting& setting) {
  PlanToml toml;
  toml.method = setting.way.method == PlanMethod::kSnowpipe ? "snowpipe" : "copy";
  // Twice what comes in an interval: time decides, and only a flood loads earlier.
  constexpr double kLeastThreshold = 1e9;
  toml.threshold = format_size(round_up(std::max(kLeastThreshold, 2 * setting.gigabytes_per_load * kBytesPerGigabyte)));
  toml.max_age = format_exact_duration(setting.interval);
  if (setting.interval == hours(24)) {
    toml.schedule = "0 2 * * *";
  } else if (setting.interval == hours(7 * 24)) {
    toml.schedule = "0 2 * * 1";
  } else if (setting.interval == hours(30 * 24)) {
    toml.schedule = "@monthly";
  }
  return toml;
}

}  // namespace firn
