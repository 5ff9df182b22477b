#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <sstream>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/exit_code.h"
#include "tests/support/cli_fixture.h"

namespace firn {
namespace {

namespace json = boost::json;

class Plan : public CliFixture {
 protected:
  json::object plan(std::vector<std::string> words) {
    words.insert(words.begin(), {"plan", "--json"});
    EXPECT_EQ(run(words), kExitOk) << err_.str();
    return json::parse(out_.str()).as_object();
  }
};

/// A project that does not exist yet: no file, no daemon, no account.
class PlanBefore : public Plan {
 protected:
  void SetUp() override {}
};

json::object cheapest(const json::object& plan) {
  for (const json::value& setting : plan.at("settings").as_array()) {
    if (setting.at("cheapest").as_bool()) {
      return setting.as_object();
    }
  }
  return {};
}

TEST_F(PlanBefore, NeedsNothingButANumber) {
  EXPECT_EQ(run({"plan", "--forms-per-day", "11500"}), kExitOk);
  expect_out("11,500 forms a day of 5.00 kB are 57.5 MB a day before compression");
  expect_out("* the cheapest: Snowpipe, every 1h: $");
  expect_out("  method = \"snowpipe\"\n  threshold = \"1 GB\"\n  max_age = \"1h\"\n");
  expect_out("CHEAPER THAN SNOWPIPE FROM");
  expect_out("Assumed: 5 kB a form (--bytes-per-form), evenly over the day;");
  expect_out("List prices: Snowflake Service Consumption Table, AWS list prices of us-east-1, of 2026-03-31.");
}

TEST_F(PlanBefore, FitsAHundredColumns) {
  for (const char* forms : {"1", "5750", "320000", "10000000", "1000000000"}) {
    EXPECT_EQ(run({"plan", "--forms-per-day", forms, "--freshness", "2h"}), kExitOk);
    std::istringstream lines(out_.str());
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 100U) << line;
    }
  }
}

TEST_F(PlanBefore, KeepsToTheWishedFreshness) {
  const json::object setting = cheapest(plan({"--forms-per-day", "11500", "--freshness", "20m"}));
  EXPECT_LE(setting.at("worst_seconds").to_number<double>(), 1200);
  EXPECT_EQ(run({"plan", "--forms-per-day", "11500", "--freshness", "20m"}), kExitOk);
  expect_out("* the cheapest within 20m: Snowpipe, every ");
  EXPECT_EQ(run({"plan", "--forms-per-day", "11500", "--freshness", "5s"}), kExitOk);
  expect_out("No setting brings every form into its table within 5s.");
}

TEST_F(PlanBefore, TakesThePricesOfRegionAndEdition) {
  const json::object prices =
      plan({"--forms-per-day", "1", "--region", "eu-west-1", "--edition", "standard"}).at("prices").as_object();
  EXPECT_DOUBLE_EQ(prices.at("dollars_per_credit").as_double(), 2.6);
  EXPECT_EQ(run({"plan", "--forms-per-day", "1", "--region", "eu-wst-1"}), kExitUsage);
  expect_err("did you mean \"eu-west-1\"?");
  const std::vector<std::string> unlisted{"plan",      "--forms-per-day", "1", "--region", "eu-west-2",
                                          "--edition", "virtual-private"};
  EXPECT_EQ(run(unlisted), kExitUsage);
  expect_err("no list price of a credit in eu-west-2 with edition virtual-private is known");
}

TEST_F(PlanBefore, CountsABucketElsewhereAndItsKey) {
  const auto dollars = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{"--forms-per-day", "1000000"};
    words.insert(words.end(), more.begin(), more.end());
    return cheapest(plan(words)).at("staging_dollars_per_month").to_number<double>();
  };
  // 150 GB, an eighth of it compressed, at two cents.
  EXPECT_NEAR(dollars({"--bucket-region", "eu-west-1"}) - dollars({}), 150.0 / 8 * 0.02, 1e-9);
  EXPECT_GT(dollars({"--kms"}), dollars({}));
}

TEST_F(PlanBefore, UsesAWarehouseThatRunsAnywayWhenThereIsOne) {
  EXPECT_NE(cheapest(plan({"--forms-per-day", "1e6"})).at("method").as_string(), "copy_shared");
  EXPECT_EQ(cheapest(plan({"--forms-per-day", "1e6", "--shared-warehouse"})).at("method").as_string(), "copy_shared");
}

TEST_F(PlanBefore, SaysWhatIsMissingOrWrong) {
  EXPECT_EQ(run({"plan"}), kExitUsage);
  expect_err("say how many forms come: --forms-per-day COUNT");
  EXPECT_EQ(run({"plan", "--forms-per-day", "0"}), kExitUsage);
  EXPECT_EQ(run({"plan", "--forms-per-day", "1", "--bytes-per-form", "few"}), kExitUsage);
  EXPECT_EQ(run({"plan", "--forms-per-day", "1", "--freshness", "soon"}), kExitUsage);
  EXPECT_EQ(run({"plan", "--forms-per-day", "1", "--config", "/nowhere.toml"}), kExitConfiguration);
}

TEST_F(Plan, TakesThePricesOfTheConfiguration) {
  const std::string file = files_.content("/etc/firn/firn.toml").value();
  write("/etc/firn/firn.toml", "[prices]\nregion = \"eu-west-1\"\ndollars_per_credit = 1.5\n" + file);
  const json::object plan_ = plan({"--forms-per-day", "1"});
  EXPECT_DOUBLE_EQ(plan_.at("prices").at("dollars_per_credit").as_double(), 1.5);
  EXPECT_EQ(plan_.at("prices_set").as_array().at(0).as_string(),
            "prices.dollars_per_credit = 1.5, line 3 of firn.toml");
  const json::object elsewhere = plan({"--forms-per-day", "1", "--region", "us-east-1"});
  EXPECT_DOUBLE_EQ(elsewhere.at("prices").at("dollars_per_credit").as_double(), 3.0);
  EXPECT_TRUE(elsewhere.at("prices_set").as_array().empty());
  EXPECT_DOUBLE_EQ(
      plan({"--forms-per-day", "1", "--dollars-per-credit", "2.25"}).at("prices").at("dollars_per_credit").as_double(),
      2.25);
}

TEST_F(Plan, LearnsFromWhatTheDaemonHasReceived) {
  const Timestamp first = clock_.now() - std::chrono::hours(48);
  answer("GET /status", R"({"repeaters":[{"name":"forms","received":20000,"first_batch_opened_at":")" +
                            format_iso8601(first) +
                            R"(","chunks":[{"state":"loaded","rows":10000,"bytes_uncompressed":70000000,)"
                            R"("bytes_compressed":7000000}]}]})");
  const json::object learnt = plan({"--repeater", "forms"});
  EXPECT_DOUBLE_EQ(learnt.at("forms_per_day").to_number<double>(), 10000);
  EXPECT_DOUBLE_EQ(learnt.at("bytes_per_form").to_number<double>(), 7000);
  EXPECT_DOUBLE_EQ(learnt.at("compression").to_number<double>(), 10);
}

TEST_F(Plan, SaysWhenThereIsNoHistory) {
  EXPECT_EQ(run({"plan", "--repeater", "forms"}), kExitUnreachable);
  answer("GET /status", R"({"repeaters":[{"name":"forms","received":0,"first_batch_opened_at":null,"chunks":[]}]})");
  EXPECT_EQ(run({"plan", "--repeater", "visits"}), kExitFailed);
  expect_err("the daemon has no repeater \"visits\"");
  EXPECT_EQ(run({"plan", "--repeater", "forms"}), kExitFailed);
  expect_err("forms has received nothing yet");
}

}  // namespace
}  // namespace firn
