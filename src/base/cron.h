#pragma once

#include <bitset>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/local_time.h"
#include "base/result.h"

namespace firn {

/// Minutes of a calendar, as crontab(5) writes them: `minute hour day-of-month month day-of-week`, or `@hourly`,
/// `@daily`,
/// `@midnight`, `@weekly`, `@monthly`, `@yearly`, `@annually`. It knows no time zone. Threads: any.
///
/// A field is a list (`1,15`) of numbers, of ranges (`9-17`), or of `*`, the latter two with a step (`*/15`, `8-18/2`).
/// Months and days of the week may be names (`jan`, `MON`), in ranges too; 0 and 7 are Sunday, and a range may end with
/// Sunday (`fri-sun`). The rule for days is that of Vixie cron: when neither day field begins with `*`, a day is meant
/// that either of them names, otherwise one that both allow.
class CronExpression {
 public:
  /// The error names the column, counted from 1, and what was expected there. An expression that no day of the calendar
  /// fulfils (30 February) is an error too.
  static Result<CronExpression> parse(std::string_view text);

  /// As it was written, without spaces at its ends.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// True when it names every hour of its days, so that it means a distance rather than a time of day: `*/15 * * * *`.
  [[nodiscard]] bool every_hour() const { return fields_.hours.count() == 24; }

  [[nodiscard]] bool matches(LocalMinutes time) const;
  /// The first minute after `after` that it names: at most 40 years later (29 February on one day of the week, across
  /// 2100). Nothing from the year 10000 on. `after` lies in the years 1 to 9999.
  [[nodiscard]] std::optional<LocalMinutes> next(LocalMinutes after) const;

  using Values = std::bitset<60>;
  struct Fields {
    Values minutes;
    Values hours;
    Values days;              ///< of the month, from 1
    Values months;            ///< from 1
    Values weekdays;          ///< from 0, Sunday
    bool either_day = false;  ///< days and weekdays are both restricted
  };

 private:
  CronExpression(std::string text, const Fields& fields) : text_(std::move(text)), fields_(fields) {}

  [[nodiscard]] bool matches_day(std::chrono::local_days day) const;
  [[nodiscard]] std::optional<std::chrono::local_days> next_day(std::chrono::local_days after) const;
  /// The first time of a day from `from` on.
  [[nodiscard]] std::optional<std::chrono::minutes> first_time(std::chrono::minutes from) const;

  std::string text_;
  Fields fields_;
};

}  // namespace firn
