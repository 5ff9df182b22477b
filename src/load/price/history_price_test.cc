#include "load/price/history_price.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace firn {
namespace {

constexpr double kTiny = 1e-12;

UsageEntry used(const std::string& day, UsageItem item, std::uint64_t amount) {
  return {RepeaterName("forms"), day, item, amount};
}

TEST(HistoryPrice, IsWhatAmountsCostAtTheirPrices) {
  const std::vector<UsageEntry> entries{
      used("2026-11-01", UsageItem::kSnowpipeBytes, 2'000'000'000),
      used("2026-11-01", UsageItem::kFiles, 1000),
      used("2026-11-01", UsageItem::kS3Puts, 900),
      used("2026-11-01", UsageItem::kS3Lists, 100),
      used("2026-11-01", UsageItem::kS3Gets, 400),
      used("2026-11-01", UsageItem::kS3Heads, 600),
      used("2026-11-01", UsageItem::kS3Deletes, 99),
      used("2026-11-02", UsageItem::kWarehouseMilliseconds, 1'800'000),
  };
  const UsedAmounts amounts = used_amounts(entries);
  EXPECT_DOUBLE_EQ(amounts.warehouse_seconds, 1800);
  const SpentMoney spent = spent_money({}, amounts);
  EXPECT_NEAR(spent.snowpipe_credits, 0.0074, kTiny);
  EXPECT_NEAR(spent.warehouse_credits, 0.5, kTiny);
  EXPECT_NEAR(spent.snowflake_dollars, 0.5074 * 3, kTiny);
  EXPECT_NEAR(spent.s3_dollars, 0.005 + 2 * 0.0004, kTiny);
}

TEST(HistoryPrice, OtherWaysCostWhatTheirLoadsWakeAWarehouseFor) {
  std::vector<UsageEntry> entries;
  for (const char* day : {"2026-10-31", "2026-11-01"}) {
    entries.push_back(used(day, UsageItem::kLoads, 10));
    entries.push_back(used(day, UsageItem::kSnowpipeBytes, 1'000'000'000));
  }
  CopyTerms terms;
  terms.speed = {.learnt_seconds_per_gigabyte = 100, .statement_seconds = 2, .resume_seconds = 3};
  const OtherWays ways = other_ways({}, entries, terms);
  EXPECT_NEAR(ways.snowpipe_credits, 2 * 0.0037, kTiny);
  const double fixed = 3 + 2 + 75;  // to resume, to plan, to idle
  EXPECT_NEAR(ways.copy_credits, 2 * 10 * (fixed + 10) / 3600, kTiny);
  EXPECT_NEAR(ways.hourly_copy_credits, 2 * 24 * (fixed + 100.0 / 24) / 3600, kTiny);
  EXPECT_NEAR(ways.monthly_copy_credits, 2 * (fixed + 100) / 3600, kTiny) << "the days lie in two months";
}

TEST(HistoryPrice, ADedicatedWarehouseDoesNotIdle) {
  const std::vector<UsageEntry> entries{used("2026-11-01", UsageItem::kLoads, 10),
                                        used("2026-11-01", UsageItem::kSnowpipeBytes, 10'000'000'000)};
  CopyTerms terms;
  terms.speed = {.learnt_seconds_per_gigabyte = 100, .statement_seconds = 2, .resume_seconds = 3};
  const double idling = other_ways({}, entries, terms).copy_credits;
  terms.is_dedicated = true;
  EXPECT_NEAR(other_ways({}, entries, terms).copy_credits, 10 * 105.0 / 3600, kTiny);
  EXPECT_NEAR(idling, 10 * (105.0 + 75) / 3600, kTiny);
}

TEST(HistoryPrice, NothingLoadedCostsNothingInAnyWay) {
  const std::vector<UsageEntry> entries{used("2026-11-01", UsageItem::kS3Heads, 5)};
  const OtherWays ways = other_ways({}, entries, {});
  EXPECT_EQ(ways.snowpipe_credits + ways.copy_credits + ways.hourly_copy_credits + ways.monthly_copy_credits, 0);
}

}  // namespace
}  // namespace firn
