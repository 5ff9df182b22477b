#include "base/units.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace firn {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Size, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(parse_size("64 MB"), 64'000'000U);
  EXPECT_EQ(parse_size("64MB"), 64'000'000U);
  EXPECT_EQ(parse_size("64 MiB"), 67'108'864U);
  EXPECT_EQ(parse_size("1.5 GB"), 1'500'000'000U);
  EXPECT_EQ(parse_size("64 kB"), 64'000U);
  EXPECT_EQ(parse_size("64 KB"), 64'000U);
  EXPECT_EQ(parse_size("17"), 17U);
  EXPECT_EQ(parse_size("0 B"), 0U);
}

TEST(Size, RefusesEverythingElse) {
  for (const char* text : {"", "MB", "-1 MB", "1 mb", "1 XB", "1.5 B", "1. MB", "1 MB x", "9999999999 GB", " 1 MB",
                           "1.1234567 MB", "99999999999999999999"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(Size, IsWrittenSoThatItReadsBack) {
  for (const std::uint64_t bytes : {0ULL, 17ULL, 1000ULL, 1024ULL, 64'000'000ULL, 1'500'000ULL, 67'108'864ULL}) {
    EXPECT_EQ(parse_size(format_size(bytes)), bytes);
  }
  EXPECT_EQ(format_size(64'000'000), "64 MB");
  EXPECT_EQ(format_size(1'500'000), "1500 kB");
  EXPECT_EQ(format_size(67'108'864), "64 MiB");
}

TEST(Size, IsShownWithThreeDigits) {
  EXPECT_EQ(human_size(17), "17 B");
  EXPECT_EQ(human_size(1'520'000'000), "1.52 GB");
  EXPECT_EQ(human_size(64'000'000), "64.0 MB");
  EXPECT_EQ(human_size(640'000), "640 kB");
}

TEST(Count, HasSeparators) {
  EXPECT_EQ(human_count(0), "0");
  EXPECT_EQ(human_count(999), "999");
  EXPECT_EQ(human_count(1000), "1,000");
  EXPECT_EQ(human_count(1234567), "1,234,567");
}

TEST(ExactDuration, IsReadAsPeopleWriteIt) {
  EXPECT_EQ(parse_duration("90s"), Duration(seconds(90)));
  EXPECT_EQ(parse_duration("15m"), Duration(minutes(15)));
  EXPECT_EQ(parse_duration("1h 30m"), Duration(minutes(90)));
  EXPECT_EQ(parse_duration("1h30m"), Duration(minutes(90)));
  EXPECT_EQ(parse_duration("7d"), Duration(hours(168)));
  EXPECT_EQ(parse_duration("250ms"), Duration(milliseconds(250)));
  EXPECT_EQ(parse_duration("0"), Duration(0));
}

TEST(ExactDuration, RefusesEverythingElse) {
  for (const char* text : {"", "1", "h", "1w", "-1s", "1.5h", "30m 1h", "1h 1h", "1h x", "999999d", "1H"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(ExactDuration, IsWrittenSoThatItReadsBack) {
  for (const char* text : {"90s", "1h", "7d", "1h 30m", "250ms", "0"}) {
    const auto duration = parse_duration(text);
    ASSERT_TRUE(duration) << text;
    EXPECT_EQ(parse_duration(format_exact_duration(*duration)), duration);
  }
  EXPECT_EQ(format_exact_duration(seconds(90)), "1m 30s");
  EXPECT_EQ(format_exact_duration(hours(168)), "7d");
}

}  // namespace
}  // namespace firn
