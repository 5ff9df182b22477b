#include <gtest/gtest.h>

#include <algorithm>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "tests/support/minimal_config.h"

namespace firn {
namespace {

std::string mistake(const std::string& section) {
  const auto config = load_minimal_config(section);
  return config ? "" : config.error().front().str();
}

Setting setting(const Config& config, const std::string& key) {
  const auto found = std::ranges::find(config.settings, key, &Setting::key);
  return found == config.settings.end() ? Setting{} : *found;
}

TEST(PriceSection, IsTheListUnlessItIsSet) {
  const Config config = load_minimal_config("").value();
  EXPECT_EQ(config.prices.region, "us-east-1");
  EXPECT_DOUBLE_EQ(config.prices.dollars_per_credit, 3.0);
  EXPECT_EQ(setting(config, "prices.dollars_per_credit").value, "3");
  EXPECT_TRUE(setting(config, "prices.dollars_per_credit").is_standard);
}

TEST(PriceSection, TakesRegionAndEditionFromTheList) {
  const Config config = load_minimal_config("[prices]\nregion = \"eu-central-1\"\nedition = \"standard\"\n").value();
  EXPECT_DOUBLE_EQ(config.prices.dollars_per_credit, 2.6);
  EXPECT_DOUBLE_EQ(config.prices.table_dollars_per_terabyte_month, 24.5);
}

TEST(PriceSection, LetsEveryPriceBeSetAndShowsWhere) {
  const Config config =
      load_minimal_config(
          "[prices]\ndollars_per_credit = 1.85\nwarehouse_credits_per_hour = 2\nsnowpipe_credits_per_gb = 0.003\n")
          .value();
  EXPECT_DOUBLE_EQ(config.prices.dollars_per_credit, 1.85);
  EXPECT_DOUBLE_EQ(config.prices.warehouse_credits_per_hour, 2.0);
  EXPECT_DOUBLE_EQ(config.prices.snowpipe_credits_per_gigabyte, 0.003);
  EXPECT_EQ(setting(config, "prices.dollars_per_credit").line, 2U);
  EXPECT_EQ(setting(config, "prices.dollars_per_credit").value, "1.85");
}

TEST(PriceSection, NamesWhatIsWrong) {
  EXPECT_NE(mistake("[prices]\nregion = \"eu-centrl-1\"\n").find("did you mean \"eu-central-1\"?"), std::string::npos);
  EXPECT_NE(mistake("[prices]\nedition = \"entreprise\"\n").find("did you mean \"enterprise\"?"), std::string::npos);
  EXPECT_NE(mistake("[prices]\ndolars_per_credit = 2\n").find("did you mean \"dollars_per_credit\"?"),
            std::string::npos);
  const std::string quoted = mistake("[prices]\ndollars_per_credit = \"2\"\n");
  EXPECT_NE(quoted.find("must be a number from 0 to 1000000; write it without quotes"), std::string::npos) << quoted;
  EXPECT_NE(mistake("[prices]\ndollars_per_credit = -1\n").find("must be a number"), std::string::npos);
  EXPECT_NE(mistake("[prices]\ndollars_per_credit = nan\n").find("must be a number"), std::string::npos);
}

TEST(PriceSection, AsksForAPriceThatNoListHas) {
  const std::string sydney = "[prices]\nregion = \"ap-southeast-2\"\nedition = \"virtual-private\"\n";
  const std::string refused = mistake(sydney);
  EXPECT_TRUE(refused.starts_with("/etc/firn/firn.toml:3:")) << refused;
  EXPECT_NE(refused.find("set dollars_per_credit"), std::string::npos) << refused;
  EXPECT_DOUBLE_EQ(load_minimal_config(sydney + "dollars_per_credit = 8.3\n")->prices.dollars_per_credit, 8.3);
}

}  // namespace
}  // namespace firn
