#include <gtest/gtest.h>

#include <algorithm>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "platform/file_system.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

constexpr const char* kRest = R"([connection.stage]
type = "directory"
path = "stage"
[connection.warehouse]
type = "duckdb"
database = "warehouse.duckdb"
[repeater.forms]
kind = "form"
table = "forms"
stage = "stage"
destination = "warehouse"
)";

std::expected<Config, std::vector<ConfigError>> load(const std::string& section) {
  SimulatedFileSystem files;
  (void)files.create_directories("/etc/firn");
  (void)replace_file(files, "/etc/firn/firn.toml", section + kRest);
  return load_config(files, "/etc/firn/firn.toml", [](const std::string&) { return std::nullopt; });
}

std::string mistake(const std::string& section) {
  const auto config = load(section);
  return config ? "" : config.error().front().str();
}

Setting setting(const Config& config, const std::string& key) {
  const auto found = std::ranges::find(config.settings, key, &Setting::key);
  return found == config.settings.end() ? Setting{} : *found;
}

TEST(PriceSection, IsTheListUnlessItIsSet) {
  const Config config = load("").value();
  EXPECT_EQ(config.prices.region, "us-east-1");
  EXPECT_DOUBLE_EQ(config.prices.dollars_per_credit, 3.0);
  EXPECT_EQ(setting(config, "prices.dollars_per_credit").value, "3");
  EXPECT_TRUE(setting(config, "prices.dollars_per_credit").is_standard);
}

TEST(PriceSection, TakesRegionAndEditionFromTheList) {
  const Config config = load("[prices]\nregion = \"eu-central-1\"\nedition = \"standard\"\n").value();
  EXPECT_DOUBLE_EQ(config.prices.dollars_per_credit, 2.6);
  EXPECT_DOUBLE_EQ(config.prices.table_dollars_per_terabyte_month, 24.5);
}

TEST(PriceSection, LetsEveryPriceBeSetAndShowsWhere) {
  const Config config =
      load("[prices]\ndollars_per_credit = 1.85\nwarehouse_credits_per_hour = 2\nsnowpipe_credits_per_gb = 0.003\n")
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
  EXPECT_DOUBLE_EQ(load(sydney + "dollars_per_credit = 8.3\n")->prices.dollars_per_credit, 8.3);
}

}  // namespace
}  // namespace firn
