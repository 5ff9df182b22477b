#include "platform/time_zone.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

#include "base/local_time.h"
#include "base/time.h"

namespace firn {
namespace {

TimeZone zone(const std::string& name) {
  auto loaded = TimeZone::load(name);
  EXPECT_TRUE(loaded) << name << ": " << loaded.error().message();
  return loaded ? *loaded : *TimeZone::load("UTC");
}

Timestamp utc(const std::string& text) { return parse_timestamp(text).value(); }

std::string shown(const TimeZone& there, const std::string& moment) {
  return format_timestamp(Timestamp(there.local(utc(moment)).time_since_epoch())).substr(0, 19);
}

Timestamp first_at(const TimeZone& there, const std::string& local) {
  return there.first_at(std::chrono::floor<std::chrono::minutes>(LocalTime(utc(local).time_since_epoch())));
}

TEST(TimeZone, ShowsWhatClocksShow) {
  EXPECT_EQ(shown(zone("UTC"), "2026-07-01 12:00:00"), "2026-07-01 12:00:00");
  EXPECT_EQ(shown(zone("Africa/Nairobi"), "2026-07-01 23:30:00"), "2026-07-02 02:30:00");
  EXPECT_EQ(shown(zone("America/St_Johns"), "2026-01-01 00:00:00"), "2025-12-31 20:30:00");
  EXPECT_EQ(shown(zone("Australia/Lord_Howe"), "2026-01-01 00:00:00"), "2026-01-01 11:00:00");
  EXPECT_EQ(shown(zone("Europe/Berlin"), "2026-07-01 12:00:00"), "2026-07-01 14:00:00");
}

TEST(TimeZone, FollowsTheRuleAfterTheYearsThatAreListed) {
  EXPECT_EQ(shown(zone("Europe/Berlin"), "2090-07-01 12:00:00"), "2090-07-01 14:00:00");
  EXPECT_EQ(zone("Europe/Berlin").next_change(utc("2090-01-01 00:00:00")), utc("2090-03-26 01:00:00"));
}

TEST(TimeZone, KnowsWhenATimeIsSkippedOrShownTwice) {
  const TimeZone berlin = zone("Europe/Berlin");
  EXPECT_EQ(first_at(berlin, "2026-03-29 01:59:00"), utc("2026-03-29 00:59:00"));
  EXPECT_EQ(first_at(berlin, "2026-03-29 02:30:00"), utc("2026-03-29 01:00:00"));
  EXPECT_EQ(first_at(berlin, "2026-03-29 03:00:00"), utc("2026-03-29 01:00:00"));
  EXPECT_EQ(first_at(berlin, "2026-10-25 02:30:00"), utc("2026-10-25 00:30:00"));
  EXPECT_EQ(first_at(berlin, "2026-10-25 03:00:00"), utc("2026-10-25 02:00:00"));
}

TEST(TimeZone, KnowsItsNextChange) {
  const TimeZone berlin = zone("Europe/Berlin");
  EXPECT_EQ(berlin.next_change(utc("2026-03-29 00:59:59.999999")), utc("2026-03-29 01:00:00"));
  EXPECT_EQ(berlin.next_change(utc("2026-03-29 01:00:00")), utc("2026-10-25 01:00:00"));
  EXPECT_EQ(zone("Australia/Lord_Howe").next_change(utc("2026-05-01 00:00:00")), utc("2026-10-03 15:30:00"));
  EXPECT_EQ(zone("Africa/Nairobi").next_change(utc("2026-01-01 00:00:00")), std::nullopt);
  EXPECT_EQ(zone("UTC").next_change(utc("2026-01-01 00:00:00")), std::nullopt);
}

std::string hint(const std::string& name) {
  const auto loaded = TimeZone::load(name);
  EXPECT_FALSE(loaded) << name;
  return loaded ? "" : loaded.error().hint;
}

TEST(TimeZone, ThatIsUnknownNamesTheOneThatWasMeant) {
  EXPECT_EQ(hint("Africa/Narobi"), "did you mean \"Africa/Nairobi\"?");
  EXPECT_EQ(hint("europe/berlin"), "did you mean \"Europe/Berlin\"?");
  EXPECT_EQ(hint("nairobi"), "did you mean \"Africa/Nairobi\"?");
  EXPECT_EQ(hint("utc"), "did you mean \"UTC\"?");
  EXPECT_EQ(TimeZone::load("Africa/Narobi").error().reason, "there is no time zone \"Africa/Narobi\"");
}

TEST(TimeZone, IsNoPathAndNoNameOfTheLibrary) {
  for (const char* name : {"", "localtime", "/usr/share/zoneinfo/UTC", "Europe/../UTC", "Europe/", "posix/UTC",
                           "Europe", "Fixed/UTC+01:00:00", "zone.tab", "tzdata.zi", "The middle of nowhere"}) {
    EXPECT_FALSE(TimeZone::load(name)) << name;
  }
  EXPECT_TRUE(hint("The middle of nowhere").contains("\"Africa/Nairobi\""));
}

}  // namespace
}  // namespace firn
