#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "load/price/break_even.h"
#include "load/price/cloud_services.h"
#include "load/price/latest.h"
#include "load/price/load_time.h"
#include "load/price/row_insert.h"
#include "load/price/snowpipe.h"
#include "load/price/staging.h"
#include "load/price/warehouse.h"
#include "model/price/prices.h"

namespace firn {
namespace {

constexpr Warehouse kFirst{};
constexpr Warehouse kSecond{WarehouseSize::kXs, WarehouseGeneration::kSecond};
constexpr double kDay = 86400;

TEST(SnowpipePrice, IsFlatForUncompressedGigabytes) {
  EXPECT_DOUBLE_EQ(snowpipe_credits({}, 5), 0.0185);
  EXPECT_DOUBLE_EQ(snowpipe_credits({}, gigabytes(1'000'000'000)), 0.0037);
  EXPECT_DOUBLE_EQ(snowpipe_credits({}, 0), 0.0);
}

TEST(SnowpipePrice, CreditsCostWhatTheContractSays) { EXPECT_DOUBLE_EQ(dollars({.dollars_per_credit = 2.5}, 4), 10.0); }

TEST(WarehousePrice, DoublesWithEachSizeAndIsHigherInTheSecondGeneration) {
  EXPECT_DOUBLE_EQ(credits_per_hour({}, kFirst), 1.0);
  EXPECT_DOUBLE_EQ(credits_per_hour({}, kSecond), 1.35);
  EXPECT_DOUBLE_EQ(credits_per_hour({}, {WarehouseSize::kS, WarehouseGeneration::kFirst}), 2.0);
  EXPECT_DOUBLE_EQ(credits_per_hour({}, {WarehouseSize::k4Xl, WarehouseGeneration::kFirst}), 128.0);
  EXPECT_DOUBLE_EQ(credits_per_hour({}, {WarehouseSize::kM, WarehouseGeneration::kSecond}), 5.4);
}

TEST(WarehousePrice, IsForAMinuteAtLeast) {
  EXPECT_DOUBLE_EQ(cold_copy_credits({}, kFirst, 1, 2, kDay), 60.0 / 3600);
  EXPECT_DOUBLE_EQ(cold_copy_credits({}, kFirst, 3, 120, kDay), 0.1);
  EXPECT_NEAR(cold_copy_credits({}, kSecond, 1, 60, kDay), 0.0225, 1e-12);
}

TEST(WarehousePrice, NeverExceedsThatOfOneThatRunsAllTheTime) {
  EXPECT_DOUBLE_EQ(cold_copy_credits({}, kFirst, 1440, 60, kDay), 24.0);
  EXPECT_DOUBLE_EQ(cold_copy_credits({}, kFirst, 1440, 90, kDay), 24.0);
}

TEST(WarehousePrice, HasAnIdleTailUnlessItIsSuspendedAtOnce) {
  EXPECT_DOUBLE_EQ(idle_tail_seconds(60), 75.0);
  EXPECT_DOUBLE_EQ(idle_tail_seconds(0), 0.0);
}

TEST(WarehousePrice, IsThatOfTheSecondsOfTheLoadWhenItRunsAnyway) {
  EXPECT_DOUBLE_EQ(warm_copy_credits({}, kFirst, 24, 15, 1), 0.1);
  EXPECT_DOUBLE_EQ(warm_copy_credits({}, kFirst, 24, 15, 0.5), 0.05);
  EXPECT_DOUBLE_EQ(warm_copy_credits({}, kFirst, 24, 15, 0), 0.0);
}

TEST(LoadTime, CountsTheRoundsOfEightThreads) {
  const LoadSpeed speed{.statement_seconds = 0};
  EXPECT_DOUBLE_EQ(load_seconds(speed, {8, 0.1}), 5.0);
  EXPECT_DOUBLE_EQ(load_seconds(speed, {9, 0.1}), 10.0);
  EXPECT_DOUBLE_EQ(load_seconds(speed, {1, 0.8}), 40.0) << "one large file has one thread";
  EXPECT_DOUBLE_EQ(seconds_per_gigabyte(speed), 6.25);
}

TEST(LoadTime, IsWhatWasLearntWhenSomethingWas) {
  const LoadSpeed speed{.learnt_seconds_per_gigabyte = 3.0};
  EXPECT_DOUBLE_EQ(load_seconds(speed, {4, 0.5}), 8.0);
  EXPECT_DOUBLE_EQ(seconds_per_gigabyte(speed), 3.0);
}

TEST(CloudServicesPrice, BeginsAboveATenthOfTheWarehouses) {
  EXPECT_DOUBLE_EQ(billed_cloud_services_credits({}, 2.0, 24.0), 0.0);
  EXPECT_DOUBLE_EQ(billed_cloud_services_credits({}, 3.0, 20.0), 1.0);
  EXPECT_DOUBLE_EQ(cloud_services_credits({}, 360'000), 4.4);
}

TEST(StagingPrice, IsForRequestsSpaceKeysAndTheWay) {
  const StagedFiles files{.count = 1000, .compressed_gigabytes = 10, .hours_kept = 73};
  EXPECT_DOUBLE_EQ(s3_request_dollars({}, files), 0.0058);
  EXPECT_DOUBLE_EQ(s3_storage_dollars({}, files), 0.023);
  EXPECT_DOUBLE_EQ(kms_dollars({}, files), 0.0);
  EXPECT_DOUBLE_EQ(transfer_dollars({}, files), 0.0);
  EXPECT_DOUBLE_EQ(staging_dollars({}, files), 0.0288);
}

TEST(StagingPrice, OfAMillionFilesIsFiveDollarsForWritingThem) {
  EXPECT_DOUBLE_EQ(s3_request_dollars({.s3_dollars_per_1000_gets = 0}, {.count = 1e6}), 5.0);
}

TEST(StagingPrice, IsAHundredthForABucketKey) {
  EXPECT_DOUBLE_EQ(kms_dollars({}, {.count = 5000, .encryption = BucketEncryption::kKmsEachFile}), 0.03);
  EXPECT_DOUBLE_EQ(kms_dollars({}, {.count = 5000, .encryption = BucketEncryption::kKmsBucketKey}), 0.0003);
}

TEST(StagingPrice, OfABucketInAnotherRegionIsMoreThanThatOfLoading) {
  const Prices prices;
  const double per_gigabyte = transfer_dollars(prices, {.compressed_gigabytes = 1, .other_region = true});
  EXPECT_DOUBLE_EQ(per_gigabyte, 0.02);
  EXPECT_GT(per_gigabyte, dollars(prices, snowpipe_credits(prices, 1)));
}

TEST(LatestPrice, IsThatOfAWarehouseForADynamicTable) {
  EXPECT_DOUBLE_EQ(latest_refresh_credits({}, kFirst, 24, 10, kDay), 0.4);
  EXPECT_DOUBLE_EQ(table_dollars_per_month({}, 100), 2.3);
}

TEST(RowInsertPrice, KeepsTheWarehouseAwakeAndPaysForStatements) {
  // One every 0.0864 s: 24 credits, and 1e6 * 0.01 s / 3600 * 4.4 = 12.22 credits less a tenth of 24.
  EXPECT_NEAR(row_insert_credits_per_day({}, kFirst, 1e6, 60), 24 + 12.2222 - 2.4, 1e-3);
  // One an hour wakes it 24 times for 76 s.
  EXPECT_DOUBLE_EQ(row_insert_credits_per_day({}, kFirst, 24, 60), 24 * 76.0 / 3600);
}

TEST(BreakEven, IsWhereResearchHasIt) {
  EXPECT_NEAR(break_even_gigabytes({}, kFirst, {60, 0}).value(), 4.5045, 1e-4);
  EXPECT_NEAR(break_even_gigabytes({}, kFirst, {90, 0}).value(), 6.7568, 1e-4);
  EXPECT_NEAR(break_even_gigabytes({}, kFirst, {120, 0}).value(), 9.0090, 1e-4);
  EXPECT_NEAR(break_even_gigabytes({}, kSecond, {60, 0}).value(), 6.0811, 1e-4);
  EXPECT_NEAR(break_even_gigabytes({}, kFirst, {3600, 0}).value(), 270.27, 1e-2);
  EXPECT_NEAR(break_even_gigabytes({}, kSecond, {3600, 0}).value(), 364.86, 1e-2);
}

TEST(BreakEven, IsNowhereWhenCopyIsTooSlow) {
  EXPECT_FALSE(break_even_gigabytes({}, kFirst, {90, 13.4}));
  EXPECT_FALSE(break_even_gigabytes({.snowpipe_credits_per_gigabyte = 0}, kFirst, {60, 0}));
}

double random_up_to(int thousandths) { return *rc::gen::inRange(1, thousandths) / 1000.0; }

RC_GTEST_PROP(BreakEven, CostsTheSameEitherWayAndTurnsThere, ()) {
  const Warehouse warehouse = *rc::gen::element(kFirst, kSecond);
  const AwakeTime time{.fixed_seconds = random_up_to(200'000), .seconds_per_gigabyte = random_up_to(20'000)};
  const Prices prices{.snowpipe_credits_per_gigabyte = random_up_to(10)};
  const auto copy = [&](double size) {
    return cold_copy_credits(prices, warehouse, 1, awake_seconds(time, size), 1e12);
  };
  const auto size = break_even_gigabytes(prices, warehouse, time);
  if (!size) {
    RC_ASSERT(copy(1e6) >= snowpipe_credits(prices, 1e6));
    return;
  }
  RC_ASSERT(std::abs(copy(*size) - snowpipe_credits(prices, *size)) <= 1e-9 * copy(*size));
  RC_ASSERT(copy(*size * 0.9) > snowpipe_credits(prices, *size * 0.9));
  RC_ASSERT(copy(*size * 1.1) < snowpipe_credits(prices, *size * 1.1));
}

}  // namespace
}  // namespace firn
