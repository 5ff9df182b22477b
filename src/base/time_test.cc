#include "base/time.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace firn {
namespace {

std::string reformat(const char* text) {
  const auto t = parse_timestamp(text);
  return t ? format_timestamp(*t) : "refused";
}

TEST(ParseTimestamp, ReadsWhatHqAndPhonesWrite) {
  EXPECT_EQ(reformat("2026-03-02T09:41:07.118204Z"), "2026-03-02 09:41:07.118204");
  EXPECT_EQ(reformat("2026-03-02 09:41:07"), "2026-03-02 09:41:07.000000");
  EXPECT_EQ(reformat("2026-03-02T09:41Z"), "2026-03-02 09:41:00.000000");
  EXPECT_EQ(reformat("2026-03-02T15:10:55.201+05:30"), "2026-03-02 09:40:55.201000");
  EXPECT_EQ(reformat("2013-04-19T16:53:02.000-04"), "2013-04-19 20:53:02.000000");
  EXPECT_EQ(reformat("2026-03-02T09:41:07.118204999Z"), "2026-03-02 09:41:07.118204");
}

TEST(ParseTimestamp, RefusesWhatIsNoMoment) {
  EXPECT_EQ(reformat(""), "refused");
  EXPECT_EQ(reformat("2026-03-02"), "refused");
  EXPECT_EQ(reformat("2026-02-30T00:00:00Z"), "refused");
  EXPECT_EQ(reformat("2026-03-02T24:00:00Z"), "refused");
  EXPECT_EQ(reformat("2026-03-02T09:41:60Z"), "refused");
  EXPECT_EQ(reformat("2026-03-02T09:41:07.Z"), "refused");
  EXPECT_EQ(reformat("2026-03-02T09:41:07Z "), "refused");
  EXPECT_EQ(reformat("2026-03-02T09:41:07+5"), "refused");
  EXPECT_EQ(reformat("292277-03-02T09:41:07Z"), "refused");
}

TEST(ParseTimestamp, KeepsToTheYears1To9999InUtc) {
  EXPECT_EQ(reformat("0001-01-01T00:00:00Z"), "0001-01-01 00:00:00.000000");
  EXPECT_EQ(reformat("0001-01-01T00:00:00+01:00"), "refused");
  EXPECT_EQ(reformat("0000-12-31T23:59:59Z"), "refused");
  EXPECT_EQ(reformat("9999-12-31T23:59:59.999999Z"), "9999-12-31 23:59:59.999999");
  EXPECT_EQ(reformat("9999-12-31T23:59:59-01:00"), "refused");
}

TEST(FormatTimestamp, WritesIsoAndMonth) {
  const auto t = parse_timestamp("1969-12-31T23:59:59.999999Z").value();
  EXPECT_EQ(format_iso8601(t), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_month(t), "1969-12");
}

TEST(FormatDuration, ShowsTheTwoLargestUnits) {
  using namespace std::chrono_literals;
  EXPECT_EQ(format_duration(400ms), "0.4s");
  EXPECT_EQ(format_duration(59s), "59s");
  EXPECT_EQ(format_duration(12min + 5s), "12m 5s");
  EXPECT_EQ(format_duration(76h + 59min), "3d 4h");
  EXPECT_EQ(format_duration(2h), "2h");
}

}  // namespace
}  // namespace firn
