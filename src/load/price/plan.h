#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "load/price/load_time.h"
#include "load/price/staging.h"
#include "load/price/warehouse.h"
#include "model/price/prices.h"

namespace firn {

/// The month of a plan has 30 days.
inline constexpr double kPlanDays = 30;

enum class PlanMethod {
  kSnowpipe,
  kOwnWarehouse,     ///< COPY on a warehouse that sleeps between two loads
  kSharedWarehouse,  ///< COPY on a warehouse that others keep running
  kRowInserts,       ///< what Firn does not do: each form a statement
};

/// How forms get into the table.
struct PlanWay {
  PlanMethod method = PlanMethod::kSnowpipe;
  Warehouse warehouse{};           ///< of all but Snowpipe
  bool suspended_at_once = false;  ///< of kOwnWarehouse: `dedicated = true`
};

/// What is known or assumed about the forms and the place they go to.
struct PlanFacts {
  double forms_per_day = 0;      ///< they arrive evenly
  double bytes_per_form = 5000;  ///< in CSV, before compression
  double compression = 8;        ///< how many times smaller the files are
  Duration keep_staged = std::chrono::hours(7 * 24);
  Duration chunk_age = std::chrono::hours(1);
  double chunk_size_gigabytes = 0.064;  ///< compressed
  double auto_suspend_seconds = 60;
  BucketEncryption encryption = BucketEncryption::kOwn;
  bool other_region = false;                         ///< bucket and account lie in different regions
  bool has_shared_warehouse = false;                 ///< else kSharedWarehouse is shown but never the cheapest
  std::optional<Duration> freshness = std::nullopt;  ///< the oldest that a form may be when it appears in the table
  LoadSpeed speed{};
};

/// One way with one interval between two loads, and what comes of it.
struct PlanSetting {
  PlanWay way;
  Duration interval{};  ///< 0 for kRowInserts
  double loads_per_month = 0;
  double gigabytes_per_load = 0;  ///< before compression
  double load_seconds = 0;        ///< of one COPY
  double credits_per_month = 0;
  double snowflake_dollars_per_month = 0;
  double staging_dollars_per_month = 0;  ///< S3, KMS, transfer
  Duration typical{};                    ///< from the moment a form is accepted to its row
  Duration worst{};
  bool is_fresh_enough = true;
  bool is_cheapest = false;  ///< of those that are fresh enough and possible; within a cent the freshest

  [[nodiscard]] double dollars_per_month() const { return snowflake_dollars_per_month + staging_dollars_per_month; }
};

/// Snowpipe; COPY on an own XS warehouse of either generation, suspended at once or by AUTO_SUSPEND; COPY on a shared
/// one.
std::vector<PlanWay> plan_ways();

/// A minute to 30 days, the shortest first; with one more that just keeps to the wished freshness.
std::vector<Duration> plan_intervals(const PlanFacts& facts);

PlanSetting plan_setting(const PlanFacts& facts, const Prices& prices, const PlanWay& way, Duration interval);

/// Every way with every interval, ways in the order of plan_ways(), and row by row at the end.
std::vector<PlanSetting> make_plan(const PlanFacts& facts, const Prices& prices);

/// The gigabytes of one load at which this way, when it is COPY on an own warehouse, costs what Snowpipe costs.
std::optional<double> plan_break_even_gigabytes(const PlanFacts& facts, const Prices& prices, const PlanWay& way);

/// The settings of [repeater.NAME] that make it so, as they are written in firn.toml.
struct PlanToml {
  std::string method;
  std::string threshold;
  std::string max_age;
  std::string schedule;  ///< empty: none
};
PlanToml plan_toml(const PlanSetting& setting);

}  // namespace firn
