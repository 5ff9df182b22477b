#include "model/period.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace firn {
namespace {

TEST(Period, NamesAMomentInUtc) {
  const Timestamp moment = parse_timestamp("2026-11-30T23:59:59.999999Z").value();
  EXPECT_EQ(format_period(Period::kMonth, moment), "2026-11");
  EXPECT_EQ(format_period(Period::kWeek, moment), "2026-W49");
  EXPECT_EQ(format_period(Period::kDay, moment), "2026-11-30");
  EXPECT_EQ(format_period(Period::kMonth, moment + Duration(1)), "2026-12");
  EXPECT_EQ(format_period(Period::kDay, moment + Duration(1)), "2026-12-01");
}

// As Python's date.isocalendar() has them.
TEST(Period, OfAWeekBelongsToTheYearOfItsThursday) {
  for (const auto& [day, week] : std::vector<std::pair<std::string, std::string>>{{"2026-11-26", "2026-W48"},
                                                                                  {"2025-12-28", "2025-W52"},
                                                                                  {"2025-12-29", "2026-W01"},
                                                                                  {"2026-01-01", "2026-W01"},
                                                                                  {"2027-01-01", "2026-W53"},
                                                                                  {"2027-01-03", "2026-W53"},
                                                                                  {"2027-01-04", "2027-W01"},
                                                                                  {"2020-12-31", "2020-W53"},
                                                                                  {"2024-12-30", "2025-W01"},
                                                                                  {"2032-12-31", "2032-W53"},
                                                                                  {"2000-01-02", "1999-W52"},
                                                                                  {"2016-01-04", "2016-W01"}}) {
    EXPECT_EQ(format_period(Period::kWeek, parse_timestamp(day + " 12:00").value()), week) << day;
  }
}

TEST(Period, IsThatOfTheStandardLibraryOnEveryDayOfACentury) {
  const std::chrono::sys_days start = std::chrono::year{1970} / 1 / 1;
  for (int day = 0; day < 36525; ++day) {
    const std::chrono::sys_days date = start + std::chrono::days(day);
    const std::chrono::year_month_day ymd(date);
    std::tm parts{};
    parts.tm_year = static_cast<int>(ymd.year()) - 1900;
    parts.tm_mon = static_cast<int>(static_cast<unsigned>(ymd.month())) - 1;
    parts.tm_mday = static_cast<int>(static_cast<unsigned>(ymd.day()));
    parts.tm_yday = static_cast<int>((date - std::chrono::sys_days(ymd.year() / 1 / 1)).count());
    parts.tm_wday = static_cast<int>(std::chrono::weekday(date).c_encoding());
    std::ostringstream expected;
    expected.imbue(std::locale::classic());
    expected << std::put_time(&parts, "%Y-%m %G-W%V %F");
    EXPECT_EQ(format_period(Period::kMonth, date) + " " + format_period(Period::kWeek, date) + " " +
                  format_period(Period::kDay, date),
              expected.str());
  }
}

TEST(Period, HasNamesThatCanBeReadBack) {
  for (const Period period : {Period::kMonth, Period::kWeek, Period::kDay}) {
    EXPECT_EQ(parse_period(to_string(period)), period);
  }
  EXPECT_FALSE(parse_period("year"));
}

}  // namespace
}  // namespace firn
