#include "load/price/history_price.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "load/price/snowpipe.h"
#include "load/price/warehouse.h"

namespace firn {
namespace {

constexpr double kHourSeconds = 3600;
constexpr double kDaySeconds = 24 * kHourSeconds;
constexpr double kMonthSeconds = 30 * kDaySeconds;
constexpr double kAutoSuspendSeconds = 60;
constexpr std::size_t kMonthLetters = 7;

struct Loads {
  double count = 0;
  double gigabytes = 0;  ///< of all together
};

double copy_credits(const Prices& prices, const CopyTerms& terms, const Loads& loads, double period_seconds) {
  if (loads.gigabytes == 0) {
    return 0;
  }
  const double count = std::max(1.0, loads.count);
  const LoadSpeed& speed = terms.speed;
  const double load = speed.statement_seconds + loads.gigabytes / count * seconds_per_gigabyte(speed);
  const double awake = speed.resume_seconds + load + idle_tail_seconds(terms.is_dedicated ? 0 : kAutoSuspendSeconds);
  return cold_copy_credits(prices, {}, count, awake, period_seconds);
}

void add(const UsageEntry& entry, UsedAmounts& to) {
  const auto amount = static_cast<double>(entry.amount);
  switch (entry.item) {
    case UsageItem::kSnowpipeBytes:
      to.snowpipe_gigabytes += gigabytes(entry.amount);
      break;
    case UsageItem::kCopyBytes:
      to.copy_gigabytes += gigabytes(entry.amount);
      break;
    case UsageItem::kFiles:
      to.files += amount;
      break;
    case UsageItem::kLoads:
      to.loads += amount;
      break;
    case UsageItem::kWarehouseMilliseconds:
      to.warehouse_seconds += amount / 1000;
      break;
    case UsageItem::kWarehouseResumes:
      to.warehouse_resumes += amount;
      break;
    case UsageItem::kS3Puts:
      to.s3_puts += amount;
      break;
    case UsageItem::kS3Gets:
      to.s3_gets += amount;
      break;
    case UsageItem::kS3Heads:
      to.s3_heads += amount;
      break;
    case UsageItem::kS3Lists:
      to.s3_lists += amount;
      break;
    case UsageItem::kS3Deletes:
      to.s3_deletes += amount;
      break;
  }
}

}  // namespace

UsedAmounts used_amounts(std::span<const UsageEntry> entries) {
  UsedAmounts sum;
  for (const UsageEntry& entry : entries) {
    add(entry, sum);
  }
  return sum;
}

SpentMoney spent_money(const Prices& prices, const UsedAmounts& used) {
  SpentMoney spent;
  spent.snowpipe_credits = snowpipe_credits(prices, used.snowpipe_gigabytes);
  spent.warehouse_credits = used.warehouse_seconds / kHourSeconds * credits_per_hour(prices, {});
  spent.snowflake_dollars = dollars(prices, spent.credits());
  spent.s3_dollars = (used.s3_puts + used.s3_lists) / 1000 * prices.s3_dollars_per_1000_puts +
                     (used.s3_gets + used.s3_heads + used.files) / 1000 * prices.s3_dollars_per_1000_gets;
  return spent;
}

std::vector<DayMoney> money_by_day(const Prices& prices, std::span<const UsageEntry> entries) {
  std::map<std::string, std::vector<UsageEntry>> by_day;
  for (const UsageEntry& entry : entries) {
    by_day[entry.day].push_back(entry);
  }
  std::vector<DayMoney> days;
  for (const auto& [day, used] : by_day) {
    days.push_back({day, spent_money(prices, used_amounts(used)).dollars()});
  }
  return days;
}

OtherWays other_ways(const Prices& prices, std::span<const UsageEntry> entries, const CopyTerms& terms) {
  std::map<std::string, Loads> days;
  std::map<std::string, Loads> months;
  OtherWays ways;
  for (const UsageEntry& entry : entries) {
    Loads& day = days[entry.day];
    if (entry.item == UsageItem::kLoads) {
      day.count += static_cast<double>(entry.amount);
    } else if (entry.item == UsageItem::kSnowpipeBytes || entry.item == UsageItem::kCopyBytes) {
      day.gigabytes += gigabytes(entry.amount);
      months[entry.day.substr(0, kMonthLetters)].gigabytes += gigabytes(entry.amount);
      ways.snowpipe_credits += snowpipe_credits(prices, gigabytes(entry.amount));
    }
  }
  for (const auto& [day, loads] : days) {
    ways.copy_credits += copy_credits(prices, terms, loads, kDaySeconds);
    ways.hourly_copy_credits += copy_credits(prices, terms, {24, loads.gigabytes}, kDaySeconds);
  }
  for (const auto& [month, loads] : months) {
    ways.monthly_copy_credits += copy_credits(prices, terms, {1, loads.gigabytes}, kMonthSeconds);
  }
  return ways;
}

}  // namespace firn
