#include "model/price/list_prices.h"

#include <gtest/gtest.h>

#include <string>

#include "model/price/prices.h"

namespace firn {
namespace {

TEST(ListPrices, DependOnRegionAndEdition) {
  EXPECT_DOUBLE_EQ(list_price("us-east-1", Edition::kStandard)->dollars_per_credit, 2.0);
  EXPECT_DOUBLE_EQ(list_price("eu-central-1", Edition::kVirtualPrivate)->dollars_per_credit, 7.8);
  EXPECT_DOUBLE_EQ(list_price("eu-central-1", Edition::kEnterprise)->table_dollars_per_terabyte_month, 24.5);
}

TEST(ListPrices, AreMissingWhereNoneIsKnown) {
  EXPECT_FALSE(list_price("eu-west-2", Edition::kVirtualPrivate));
  EXPECT_FALSE(list_price("moon-1", Edition::kStandard));
}

TEST(ListPrices, RiseWithTheEditionInEveryRegion) {
  for (const std::string& region : price_regions()) {
    const double standard = list_price(region, Edition::kStandard)->dollars_per_credit;
    const double enterprise = list_price(region, Edition::kEnterprise)->dollars_per_credit;
    EXPECT_LT(standard, enterprise) << region;
    EXPECT_LT(enterprise, list_price(region, Edition::kBusinessCritical)->dollars_per_credit) << region;
    EXPECT_GT(list_price(region, Edition::kStandard)->table_dollars_per_terabyte_month, 0) << region;
  }
}

TEST(Prices, AreTheListsUnlessTheyAreSet) {
  const Prices prices;
  const auto listed = list_price(prices.region, prices.edition);
  ASSERT_TRUE(listed);
  EXPECT_DOUBLE_EQ(prices.dollars_per_credit, listed->dollars_per_credit);
  EXPECT_DOUBLE_EQ(prices.table_dollars_per_terabyte_month, listed->table_dollars_per_terabyte_month);
}

TEST(Prices, NamesOfEditionsAreReadAsTheyAreWritten) {
  for (const Edition edition :
       {Edition::kStandard, Edition::kEnterprise, Edition::kBusinessCritical, Edition::kVirtualPrivate}) {
    EXPECT_EQ(parse_edition(to_string(edition)), edition);
  }
  EXPECT_FALSE(parse_edition("Enterprise"));
}

}  // namespace
}  // namespace firn
