#include "config/trigger_section.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <expected>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/config.h"
#include "model/period.h"
#include "tests/support/minimal_config.h"

namespace firn {
namespace {

using Loaded = std::expected<Config, std::vector<ConfigError>>;

/// With the settings in line 12.
Loaded load(const std::string& settings) { return load_minimal_config("", settings + "\n"); }

TEST(TriggerSection, HasStandardValues) {
  const Loaded config = load("");
  ASSERT_TRUE(config);
  const RepeaterConfig& forms = config->repeaters.at(0);
  EXPECT_EQ(forms.threshold, 1'000'000'000U);
  EXPECT_EQ(forms.max_age, Duration(std::chrono::days(30)));
  EXPECT_FALSE(forms.schedule);
  EXPECT_EQ(forms.period, Period::kMonth);
  EXPECT_EQ(forms.keep_staged, Duration(std::chrono::days(7)));
  EXPECT_FALSE(forms.budget);
}

TEST(TriggerSection, IsReadWhole) {
  const Loaded config = load(R"(threshold = "1 kB"
max_age = "1m"
schedule = " @monthly"
time_zone = "Africa/Nairobi"
period = "week"
keep_staged = "next_ingest"
budget = 12.5)");
  ASSERT_TRUE(config) << config.error().front().str();
  const RepeaterConfig& forms = config->repeaters.at(0);
  EXPECT_EQ(forms.threshold, 1000U);
  EXPECT_EQ(forms.max_age, Duration(std::chrono::minutes(1)));
  ASSERT_TRUE(forms.schedule);
  EXPECT_EQ(forms.schedule->cron.text(), "@monthly");
  EXPECT_EQ(forms.schedule->time_zone.name(), "Africa/Nairobi");
  EXPECT_EQ(forms.period, Period::kWeek);
  EXPECT_FALSE(forms.keep_staged);
  EXPECT_EQ(forms.budget, 12.5);
  const auto shown = std::ranges::find(config->settings, "repeater.forms.keep_staged", &Setting::key);
  ASSERT_NE(shown, config->settings.end());
  EXPECT_EQ(shown->value, "next_ingest");
}

TEST(TriggerSection, TakesUtcWithoutATimeZone) {
  const Loaded config = load("schedule = \"0 3 * * mon-fri\"\nperiod = \"day\"");
  ASSERT_TRUE(config) << config.error().front().str();
  EXPECT_EQ(config->repeaters.at(0).schedule->time_zone.name(), "UTC");
  EXPECT_EQ(config->repeaters[0].period, Period::kDay);
}

/// A setting, and what is said of it: the place, the message, a part of the hint.
struct Mistake {
  std::string settings;
  std::string place;
  std::string message;
  std::string hint;
};

std::ostream& operator<<(std::ostream& out, const Mistake& mistake) { return out << mistake.settings; }

class TriggerMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(TriggerMistakes, AreReportedWithPlaceAndHint) {
  const Mistake& mistake = GetParam();
  const Loaded config = load(mistake.settings);
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 1U);
  const std::string text = config.error()[0].str();
  EXPECT_TRUE(text.starts_with("/etc/firn/firn.toml:" + mistake.place + ": " + mistake.message)) << text;
  EXPECT_TRUE(text.contains(mistake.hint)) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Of, TriggerMistakes,
    testing::Values(
        Mistake{"schedule = \"0 25 * * *\"", "12:12",
                "\"0 25 * * *\" is not a schedule: column 3: field \"hour\": 25 is not in 0-23", "crontab(5)"},
        Mistake{
            "schedule = \"0 0 30 2 *\"", "12:12",
            "\"0 0 30 2 *\" is not a schedule: column 5: field \"day of month\": no month in \"2\" has a day 30, so "
            "this would never fire",
            ""},
        Mistake{"schedule = \"@montly\"", "12:12", "\"@montly\" is not a schedule: column 1: ", "@monthly"},
        Mistake{"schedule = \"@monthly\"\ntime_zone = \"Africa/Narobi\"", "13:13",
                "there is no time zone \"Africa/Narobi\"", "did you mean \"Africa/Nairobi\"?"},
        Mistake{"time_zone = \"Africa/Nairobi\"", "12:13", "\"time_zone\" has no effect without \"schedule\"",
                "add schedule"},
        Mistake{"schedule = 7", "12:12", "\"repeater.forms.schedule\" must be a text in quotes, not a number", ""},
        Mistake{"max_age = \"31d\"", "12:11", "\"repeater.forms.max_age\" must be from 1m to 30d, not 31d", ""},
        Mistake{"max_age = \"59s\"", "12:11", "\"repeater.forms.max_age\" must be from 1m to 30d, not 59s", ""},
        Mistake{"period = \"year\"", "12:10", "\"year\" is not a valid period; valid: \"month\", \"week\", \"day\"",
                ""},
        Mistake{"schedul = \"@monthly\"", "12:1", "unknown setting \"repeater.forms.schedul\"",
                "did you mean \"schedule\"?"},
        Mistake{"keep_staged = \"next_ingst\"", "12:15", "\"next_ingst\" is not a length of time",
                "or write \"next_ingest\""},
        Mistake{"keep_staged = \"56d\"", "12:15", "\"repeater.forms.keep_staged\" must be from 0s to 55d, not 56d",
                ""}));

}  // namespace
}  // namespace firn
