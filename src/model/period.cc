#include "model/period.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "model/enum_names.h"

namespace firn {
namespace {

constexpr EnumNames<Period, 3> kPeriods{{{{Period::kMonth, "month"}, {Period::kWeek, "week"}, {Period::kDay, "day"}}}};

/// The week that begins with this Monday belongs to the year of its Thursday.
std::string format_week(std::chrono::sys_days monday) {
  const auto thursday = monday + std::chrono::days(3);
  const auto year = std::chrono::year_month_day(thursday).year();
  const auto days = thursday - std::chrono::sys_days(year / 1 / 1);
  return fmt::format("{:04}-W{:02}", static_cast<int>(year), std::chrono::floor<std::chrono::weeks>(days).count() + 1);
}

}  // namespace

std::string_view to_string(Period period) { return kPeriods.name(period); }
std::optional<Period> parse_period(std::string_view text) { return kPeriods.parse(text); }

std::string format_period(Period period, Timestamp moment) {
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  switch (period) {
    case Period::kMonth:
      return format_month(moment);
    case Period::kWeek:
      return format_week(day - (std::chrono::weekday(day) - std::chrono::Monday));
    case Period::kDay:
      return format_timestamp(moment).substr(0, std::string_view("YYYY-MM-DD").size());
  }
  return "";
}

}  // namespace firn
