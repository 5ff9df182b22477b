#include "base/cron.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "base/time.h"

namespace firn {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::year;

CronExpression cron(const std::string& text) {
  auto parsed = CronExpression::parse(text);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().message();
  return parsed ? *parsed : *CronExpression::parse("@yearly");
}

LocalMinutes at(const std::string& text) {
  const auto moment = parse_timestamp(text);
  EXPECT_TRUE(moment) << text;
  return std::chrono::floor<minutes>(LocalTime(moment.value_or(Timestamp()).time_since_epoch()));
}

std::string show(std::optional<LocalMinutes> time) {
  return time ? format_timestamp(Timestamp(time->time_since_epoch())).substr(0, 16) : "never";
}

/// What follows a minute, one after the other.
std::vector<std::string> following(const std::string& text, const std::string& after, int count) {
  const CronExpression expression = cron(text);
  std::vector<std::string> all;
  for (auto time = std::optional(at(after)); time && count > 0; --count) {
    time = expression.next(*time);
    all.push_back(show(time));
  }
  return all;
}

struct Case {
  std::string text;
  std::string after;
  std::vector<std::string> following;
};
std::ostream& operator<<(std::ostream& out, const Case& sample) { return out << sample.text; }

class CronNext : public testing::TestWithParam<Case> {};

TEST_P(CronNext, IsTheFirstMinuteThatIsNamed) {
  const Case& sample = GetParam();
  EXPECT_EQ(following(sample.text, sample.after, static_cast<int>(sample.following.size())), sample.following);
}

INSTANTIATE_TEST_SUITE_P(
    OfTimes, CronNext,
    testing::Values(
        Case{"*/20 * * * *", "2026-11-26 23:20", {"2026-11-26 23:40", "2026-11-27 00:00", "2026-11-27 00:20"}},
        Case{"5,35 9-17/4 * * *", "2026-11-26 09:05", {"2026-11-26 09:35", "2026-11-26 13:05", "2026-11-26 13:35"}},
        Case{"10-50/20 0 * * *", "2026-12-31 00:30", {"2026-12-31 00:50", "2027-01-01 00:10"}},
        Case{"\t0  3 * * * ", "2026-11-26 03:00", {"2026-11-27 03:00", "2026-11-28 03:00"}},
        Case{"@hourly", "2026-11-26 03:00", {"2026-11-26 04:00"}},
        Case{"@daily", "2026-11-26 00:00", {"2026-11-27 00:00"}},
        Case{"@midnight", "2026-11-26 00:00", {"2026-11-27 00:00"}},
        Case{"@weekly", "2026-11-26 00:00", {"2026-11-29 00:00", "2026-12-06 00:00"}},
        Case{"@Monthly", "2026-11-26 00:00", {"2026-12-01 00:00", "2027-01-01 00:00"}},
        Case{"@yearly", "2026-11-26 00:00", {"2027-01-01 00:00"}},
        Case{"@annually", "2026-11-26 00:00", {"2027-01-01 00:00"}}));

INSTANTIATE_TEST_SUITE_P(
    OfDays, CronNext,
    testing::Values(
        Case{"0 0 31 * *", "2026-08-31 00:00", {"2026-10-31 00:00", "2026-12-31 00:00", "2027-01-31 00:00"}},
        Case{"0 6 1 JAN,jul *", "2026-11-26 00:00", {"2027-01-01 06:00", "2027-07-01 06:00"}},
        Case{"0 6 * apr-May mon", "2026-05-18 06:00", {"2026-05-25 06:00", "2027-04-05 06:00"}},
        Case{"0 0 * * 7", "2026-11-26 00:00", {"2026-11-29 00:00"}},
        Case{"0 0 * * fri-sun", "2026-11-26 00:00", {"2026-11-27 00:00", "2026-11-28 00:00", "2026-11-29 00:00"}},
        Case{"0 0 * * 5-7", "2026-11-28 00:00", {"2026-11-29 00:00", "2026-12-04 00:00"}},
        // Both day fields restricted: either matches. The first or a Friday.
        Case{"0 0 1 * 5", "2026-11-26 00:00", {"2026-11-27 00:00", "2026-12-01 00:00", "2026-12-04 00:00"}},
        // One that begins with a star is not restricted, whatever its step: both must match.
        Case{"0 0 */2 * 1", "2026-11-26 00:00", {"2026-12-07 00:00", "2026-12-21 00:00"}}));

INSTANTIATE_TEST_SUITE_P(
    OfLeapDays, CronNext,
    testing::Values(Case{"0 0 29 2 *", "2096-02-29 00:00", {"2104-02-29 00:00", "2108-02-29 00:00"}},
                    Case{"0 0 29 feb */7", "2088-02-29 00:00", {"2128-02-29 00:00"}},
                    Case{"0 0 30 2 sun", "2026-01-01 00:00", {"2026-02-01 00:00"}}));

TEST(CronExpression, EndsWithTheYear9999) {
  EXPECT_EQ(following("@monthly", "9999-11-30 00:00", 3), (std::vector<std::string>{"9999-12-01 00:00", "never"}));
}

TEST(CronExpression, KeepsItsTextAndKnowsEveryHour) {
  EXPECT_EQ(cron("  @Monthly ").text(), "@Monthly");
  EXPECT_TRUE(cron("*/15 * * * *").every_hour());
  EXPECT_TRUE(cron("7 0-23 * * mon").every_hour());
  EXPECT_FALSE(cron("* 1-23 * * *").every_hour());
}

struct Mistake {
  std::string text;
  std::string reason;
};
std::ostream& operator<<(std::ostream& out, const Mistake& mistake) { return out << mistake.text; }

class CronMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(CronMistakes, AreNamedWithTheirColumn) {
  const auto parsed = CronExpression::parse(GetParam().text);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().kind, ErrorKind::kInvalidInput);
  EXPECT_EQ(parsed.error().reason, GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    Of, CronMistakes,
    testing::Values(
        Mistake{"", "column 1: five fields are expected, not an empty text"},
        Mistake{"0 25 * * *", "column 3: field \"hour\": 25 is not in 0-23"},
        Mistake{"60 * * * *", "column 1: field \"minute\": 60 is not in 0-59"},
        Mistake{"0 0 0 * *", "column 5: field \"day of month\": 0 is not in 1-31"},
        Mistake{"0 0 1,32 * *", "column 7: field \"day of month\": 32 is not in 1-31"},
        Mistake{"0 0 * 13 *", "column 7: field \"month\": 13 is not in 1-12"},
        Mistake{"0 0 * * 8", "column 9: field \"day of week\": 8 is not in 0-7"},
        Mistake{"99999999999999999999 * * * *", "column 1: field \"minute\": 99999999999999999999 is not in 0-59"},
        Mistake{"0 0 * * mo",
                "column 9: field \"day of week\": *, a number in 0-7 or a name like mon is expected, not "
                "\"mo\""},
        Mistake{"0 jan * * *", "column 3: field \"hour\": * or a number in 0-23 is expected, not \"jan\""},
        Mistake{"0 -1 * * *", "column 3: field \"hour\": * or a number in 0-23 is expected, not \"-1\""},
        Mistake{"0 1, * * *", "column 5: field \"hour\": * or a number in 0-23 is expected at its end"},
        Mistake{"0 1- * * *", "column 5: field \"hour\": * or a number in 0-23 is expected at its end"},
        Mistake{"0 17-9 * * *", "column 3: field \"hour\": 17-9 runs backwards"},
        Mistake{"0 *5 * * *", "column 4: field \"hour\": a comma, or the end of the field is expected, not \"5\""},
        Mistake{"*/0 * * * *", "column 3: field \"minute\": a step from 1 to 60 is expected, not \"0\""},
        Mistake{"*/90 * * * *", "column 3: field \"minute\": a step from 1 to 60 is expected, not \"90\""},
        Mistake{"*/ * * * *", "column 3: field \"minute\": a step from 1 to 60 is expected at its end"},
        Mistake{"5/15 * * * *", "column 2: field \"minute\": a step needs a range: 5-59/ or */ is expected"},
        Mistake{" 0 0 *", "column 7: field \"month\" is missing: five are expected"},
        Mistake{"0 0 * * * *", "column 11: the end is expected, not \"*\""},
        Mistake{"@daily 5", "column 8: the end is expected, not \"5\""},
        Mistake{"@reboot",
                "column 1: \"@reboot\" is none of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, "
                "@annually"},
        Mistake{"0 0 30 2 *",
                "column 5: field \"day of month\": no month in \"2\" has a day 30, so this would never "
                "fire"},
        Mistake{"0 0 31 feb,apr,jun */2",
                "column 5: field \"day of month\": no month in \"feb,apr,jun\" has a day 31, so "
                "this would never fire"}));

/// A field of any shape within its limits.
std::string random_field(int least, int most) {
  const int first = *rc::gen::inRange(least, most + 1);
  const int last = *rc::gen::inRange(first, most + 1);
  const int step = *rc::gen::inRange(1, most - least + 2);
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      return std::to_string(first);
    case 1:
      return std::to_string(first) + "-" + std::to_string(last);
    case 2:
      return std::to_string(first) + "-" + std::to_string(last) + "/" + std::to_string(step);
    case 3:
      return "*/" + std::to_string(step);
    case 4:
      return std::to_string(first) + "," + std::to_string(last);
    default:
      return "*";
  }
}

RC_GTEST_PROP(CronExpression, NextIsTheFirstMinuteThatMatches, ()) {
  const std::string text = random_field(0, 59) + " " + random_field(0, 23) + " " + random_field(1, 31) + " " +
                           random_field(1, 12) + " " + random_field(0, 7);
  const auto expression = CronExpression::parse(text);
  if (!expression) {
    RC_ASSERT(expression.error().reason.contains("never fire"));
    return;
  }
  const LocalMinutes start = local_days(year{2023} / 12 / 1) + minutes(*rc::gen::inRange(0, 366 * 24 * 60));
  const auto next = expression->next(start);
  RC_ASSERT(next.has_value());
  RC_ASSERT(*next > start);
  RC_ASSERT(expression->matches(*next));
  for (LocalMinutes time = std::max(start + minutes(1), *next - days(2)); time < *next; time += minutes(1)) {
    RC_ASSERT(!expression->matches(time));
  }
  for (int sample = 0; sample < 1000; ++sample) {
    const LocalMinutes time = start + minutes(*rc::gen::inRange<std::int64_t>(0, (*next - start).count()));
    RC_ASSERT(time == start || !expression->matches(time));
  }
}

RC_GTEST_PROP(CronExpression, IsReadOrRefusedWhateverItIs, (const std::string& text)) {
  const auto parsed = CronExpression::parse(text);
  RC_ASSERT(parsed || parsed.error().reason.starts_with("column "));
}

}  // namespace
}  // namespace firn
