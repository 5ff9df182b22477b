#include "load/price.h"

#include <gtest/gtest.h>

namespace firn {
namespace {

TEST(Price, SnowpipeTakesAFlatRateForUncompressedBytes) {
  EXPECT_DOUBLE_EQ(snowpipe_credits({}, 1'000'000'000), 0.0037);
  EXPECT_DOUBLE_EQ(snowpipe_credits({}, 0), 0.0);
}

TEST(Price, AColdWarehouseIsBilledForAMinuteAtLeast) {
  EXPECT_DOUBLE_EQ(cold_copy_credits({}, 1, 2.0), 60.0 / 3600);
  EXPECT_DOUBLE_EQ(cold_copy_credits({}, 3, 120.0), 3 * 120.0 / 3600);
}

TEST(Price, BothMethodsCostTheSameAtFourAndAHalfGigabytesAMinute) {
  EXPECT_NEAR(snowpipe_credits({}, 4'504'504'505), cold_copy_credits({}, 1, 60.0), 1e-9);
}

TEST(Price, CreditsCostWhatTheContractSays) { EXPECT_DOUBLE_EQ(dollars({.dollars_per_credit = 2.5}, 4.0), 10.0); }

}  // namespace
}  // namespace firn
