#pragma once

#include <span>
#include <vector>

#include "load/price/budget.h"
#include "load/price/load_time.h"
#include "model/price/prices.h"
#include "model/usage.h"

namespace firn {

/// Sums of UsageEntry, in the units that prices have.
struct UsedAmounts {
  double snowpipe_gigabytes = 0;
  double copy_gigabytes = 0;
  double files = 0;
  double loads = 0;
  double warehouse_seconds = 0;
  double warehouse_resumes = 0;
  double s3_puts = 0;
  double s3_gets = 0;
  double s3_heads = 0;
  double s3_lists = 0;
  double s3_deletes = 0;
};

UsedAmounts used_amounts(std::span<const UsageEntry> entries);

/// What amounts have cost. S3: what Firn has asked for, and one GET of Snowflake's for each file; deletion is free.
struct SpentMoney {
  double snowpipe_credits = 0;
  double warehouse_credits = 0;
  double snowflake_dollars = 0;
  double s3_dollars = 0;
  [[nodiscard]] double credits() const { return snowpipe_credits + warehouse_credits; }
  [[nodiscard]] double dollars() const { return snowflake_dollars + s3_dollars; }
};

SpentMoney spent_money(const Prices& prices, const UsedAmounts& used);

/// By day, in order.
std::vector<DayMoney> money_by_day(const Prices& prices, std::span<const UsageEntry> entries);

/// How COPY would have loaded: for each load it wakes an XS warehouse that nobody else uses.
struct CopyTerms {
  LoadSpeed speed;
  bool is_dedicated = false;  ///< Firn suspends it at once; else it sleeps by AUTO_SUSPEND
};

/// Credits that the same bytes would have cost otherwise; what S3 costs is the same.
struct OtherWays {
  double snowpipe_credits = 0;
  double copy_credits = 0;          ///< as often as it was loaded
  double hourly_copy_credits = 0;   ///< 24 times on each day on which something was loaded
  double monthly_copy_credits = 0;  ///< once in each month in which something was loaded
};

/// `entries` are those of one repeater, in order of day.
OtherWays other_ways(const Prices& prices, std::span<const UsageEntry> entries, const CopyTerms& terms);

}  // namespace firn
