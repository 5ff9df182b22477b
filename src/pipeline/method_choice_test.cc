#include "pipeline/method_choice.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "tests/support/catalog_scenario.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"

namespace firn {
namespace {

MethodFacts with_prices(double snowpipe, double copy) {
  MethodFacts facts;
  facts.has_warehouse = true;
  facts.ways = OtherWays{.snowpipe_credits = snowpipe, .copy_credits = copy};
  return facts;
}

TEST(MethodChoice, TakesTheCheaperOneAndSaysBothPrices) {
  EXPECT_EQ(choose_method({}, with_prices(1, 2)).method, LoadMethod::kSnowpipe);
  Prices prices;
  prices.dollars_per_credit = 2;
  const MethodChoice choice = choose_method(prices, with_prices(1, 0.5));
  EXPECT_EQ(choice.method, LoadMethod::kCopy);
  EXPECT_NE(choice.why.find("2.0000 dollars by Snowpipe and 1.0000 by COPY"), std::string::npos) << choice.why;
}

TEST(MethodChoice, DoesNotChangeForLessThanATenth) {
  MethodFacts facts = with_prices(1, 0.95);
  EXPECT_EQ(choose_method({}, facts).method, LoadMethod::kSnowpipe);
  facts.bound = LoadMethod::kCopy;
  facts.ways = OtherWays{.snowpipe_credits = 0.95, .copy_credits = 1};
  EXPECT_EQ(choose_method({}, facts).method, LoadMethod::kCopy);
}

TEST(MethodChoice, BeginsWithSnowpipe) {
  MethodFacts facts;
  facts.has_warehouse = true;
  EXPECT_EQ(choose_method({}, facts).method, LoadMethod::kSnowpipe);
  facts.bound = LoadMethod::kCopy;
  EXPECT_EQ(choose_method({}, facts).method, LoadMethod::kCopy) << "no reason to change";
}

TEST(MethodChoice, WithoutAWarehouseThereIsOnlySnowpipe) {
  MethodFacts facts = with_prices(1, 0.1);
  facts.has_warehouse = false;
  EXPECT_EQ(choose_method({}, facts).method, LoadMethod::kSnowpipe);
}

TEST(MethodChoice, WhatIsOnItsWayKeepsItsMethod) {
  MethodFacts facts = with_prices(1, 0.1);
  facts.bound = LoadMethod::kSnowpipe;
  facts.is_drained = false;
  EXPECT_EQ(choose_method({}, facts).method, LoadMethod::kSnowpipe);
  facts = with_prices(0.1, 1);
  facts.bound = LoadMethod::kCopy;
  facts.is_drained = false;
  EXPECT_EQ(choose_method({}, facts).method, LoadMethod::kCopy);
}

TEST(MethodChoice, SaysWhichSettingIsMissingForWhatIsOnItsWay) {
  MethodFacts facts;
  facts.bound = LoadMethod::kCopy;
  facts.is_drained = false;
  const MethodChoice choice = choose_method({}, facts);
  EXPECT_EQ(choice.method, LoadMethod::kCopy);
  EXPECT_NE(choice.why.find("set `warehouse` again"), std::string::npos) << choice.why;
}

class MethodsTest : public testing::Test {
 protected:
  MethodsTest() {
    SnowflakeConnection account;
    account.name = ConnectionName("account");
    account.warehouse = "W";
    config_.snowflakes.push_back(account);
    RepeaterConfig repeater;
    repeater.name = CatalogScenario::repeater();
    repeater.table = TableName("forms");
    repeater.destination = account.name;
    repeater.method = LoadMethod::kSnowpipe;
    repeater.method_is_auto = true;
    repeater.pipe = "FORMS_PIPE";
    config_.repeaters.push_back(repeater);
  }
  /// What a start decides.
  RepeaterConfig start() {
    Config config = config_;
    EXPECT_TRUE(choose_methods(config, catalog_, clock_));
    return config.repeaters.front();
  }
  void use(UsageItem item, std::uint64_t amount) {
    const std::vector<Transition> used{
        AddUsage{CatalogScenario::repeater(), format_period(Period::kDay, clock_.now()), {{item, amount}}}};
    ASSERT_TRUE(catalog_.commit(used));
  }

  MemoryCatalog catalog_;
  ManualClock clock_;
  CatalogScenario world_{catalog_, clock_};
  Config config_;
};

TEST_F(MethodsTest, AreDecidedByTheHistoryOfEachRepeater) {
  EXPECT_EQ(start().method, LoadMethod::kSnowpipe);
  use(UsageItem::kSnowpipeBytes, 100'000'000'000);
  use(UsageItem::kFiles, 400);
  use(UsageItem::kLoads, 1);
  const RepeaterConfig chosen = start();
  EXPECT_EQ(chosen.method, LoadMethod::kCopy);
  EXPECT_EQ(chosen.pipe, "");
  EXPECT_FALSE(chosen.method_why.empty());
  world_.staged();
  EXPECT_EQ(start().method, LoadMethod::kSnowpipe) << "a file waits for its pipe";
}

TEST_F(MethodsTest, AWarehouseThatFirnSuspendsIsCheaper) {
  use(UsageItem::kSnowpipeBytes, 7'000'000'000);
  use(UsageItem::kLoads, 1);
  EXPECT_EQ(start().method, LoadMethod::kSnowpipe) << "the warehouse idles for longer than it loads";
  config_.snowflakes.front().dedicated = true;
  EXPECT_EQ(start().method, LoadMethod::kCopy);
}

TEST_F(MethodsTest, OthersKeepWhatFirnTomlSays) {
  config_.repeaters.front().method_is_auto = false;
  use(UsageItem::kSnowpipeBytes, 100'000'000'000);
  use(UsageItem::kLoads, 1);
  EXPECT_EQ(start().method, LoadMethod::kSnowpipe);
}

}  // namespace
}  // namespace firn
