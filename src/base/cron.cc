#include "base/cron.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii_text.h"
#include "base/result.h"

namespace firn {
namespace {

using Values = CronExpression::Values;

constexpr int kHours = 24;
constexpr int kMinutes = 60;
constexpr std::size_t kSunday = 0;
constexpr std::size_t kOtherSunday = 7;
constexpr auto kLongestWait = std::chrono::years(41);
constexpr std::chrono::local_days kEnd(std::chrono::year{10000} / 1 / 1);

constexpr std::array<std::string_view, 12> kMonthNames{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDayNames{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct FieldRule {
  std::string_view name;
  int least;
  int most;
  std::span<const std::string_view> names;  ///< of the values from `least` on; may be empty
};
constexpr std::array<FieldRule, 5> kFields{{{"minute", 0, 59, {}},
                                            {"hour", 0, 23, {}},
                                            {"day of month", 1, 31, {}},
                                            {"month", 1, 12, kMonthNames},
                                            {"day of week", 0, 7, kDayNames}}};

struct Nickname {
  std::string_view name;
  std::string_view meaning;
};
constexpr std::array<Nickname, 7> kNicknames{{{"@hourly", "0 * * * *"},
                                              {"@daily", "0 0 * * *"},
                                              {"@midnight", "0 0 * * *"},
                                              {"@weekly", "0 0 * * 0"},
                                              {"@monthly", "0 0 1 * *"},
                                              {"@yearly", "0 0 1 1 *"},
                                              {"@annually", "0 0 1 1 *"}}};

/// One field with its place in the expression.
struct Word {
  std::string_view text;
  std::size_t column = 0;  ///< from 1
};

std::unexpected<Error> refuse(std::size_t column, std::string_view reason) {
  return fail(
      Error{ErrorKind::kInvalidInput, "read", "schedule", fmt::format("column {}: {}", column, reason),
            "write minute, hour, day of month, month and day of week as in crontab(5), like \"0 3 * * *\", or a "
            "name like @monthly"});
}

bool is_space(char c) { return c == ' ' || c == '\t'; }

std::vector<Word> split(std::string_view text) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
    words.push_back({text.substr(at, end - at), at + 1});
    at = end;
  }
  return words;
}

/// Takes the values of one field from its text.
class FieldParser {
 public:
  FieldParser(const FieldRule& rule, const Word& word) : rule_(rule), word_(word) {}

  Result<Values> values() {
    Values all;
    do {
      FIRN_ASSIGN(const Range range, this->range());
      FIRN_ASSIGN(const int step, this->step(range));
      for (int value = range.first; value <= range.last; value += step) {
        all.set(static_cast<std::size_t>(value));
      }
    } while (skip(','));
    if (at_ != word_.text.size()) {
      return expected("a comma, or the end of the field");
    }
    return all;
  }

 private:
  struct Range {
    int first = 0;
    int last = 0;
    bool is_single = false;
  };

  Result<Range> range() {
    if (skip('*')) {
      return Range{rule_.least, rule_.most, false};
    }
    const std::size_t start = at_;
    FIRN_ASSIGN(const int first, value());
    if (!skip('-')) {
      return Range{first, first, true};
    }
    FIRN_ASSIGN(int last, value());
    // A week may end with Sunday.
    if (last == 0 && first > 0 && rule_.most == static_cast<int>(kOtherSunday)) {
      last = kOtherSunday;
    }
    if (last < first) {
      return refuse_at(start, fmt::format("{} runs backwards", word_.text.substr(start, at_ - start)));
    }
    return Range{first, last, false};
  }

  Result<int> step(const Range& range) {
    const std::size_t start = at_;
    if (!skip('/')) {
      return 1;
    }
    if (range.is_single) {
      return refuse_at(start, fmt::format("a step needs a range: {}-{}/ or */ is expected", range.first, rule_.most));
    }
    const std::size_t number = at_;
    const std::string_view text = take_word();
    const auto parsed = parse_number(text);
    const int most = rule_.most - rule_.least + 1;
    if (!parsed || *parsed < 1 || *parsed > most) {
      at_ = number;
      return expected(fmt::format("a step from 1 to {}", most));
    }
    return *parsed;
  }

  Result<int> value() {
    const std::size_t start = at_;
    const std::string_view text = take_word();
    if (const auto named = std::ranges::find(rule_.names, lower_ascii(text)); named != rule_.names.end()) {
      return rule_.least + static_cast<int>(named - rule_.names.begin());
    }
    const auto number = parse_number(text);
    if (!number) {
      at_ = start;
      return expected(rule_.names.empty() ? fmt::format("* or a number in {}-{}", rule_.least, rule_.most)
                                          : fmt::format("*, a number in {}-{} or a name like {}", rule_.least,
                                                        rule_.most, rule_.names[1]));
    }
    if (*number < rule_.least || *number > rule_.most) {
      return refuse_at(start, fmt::format("{} is not in {}-{}", text, rule_.least, rule_.most));
    }
    return *number;
  }

  /// Letters and digits.
  std::string_view take_word() {
    const auto is_part = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    const std::size_t start = at_;
    while (at_ < word_.text.size() && is_part(word_.text[at_])) {
      ++at_;
    }
    return word_.text.substr(start, at_ - start);
  }

  /// Nothing when it is not a number; one that is too large for any field is some such number.
  static std::optional<int> parse_number(std::string_view text) {
    constexpr int kTooLarge = 1000;
    int number = 0;
    for (const char c : text) {
      if (c < '0' || c > '9') {
        return std::nullopt;
      }
      number = std::min(kTooLarge, number * 10 + (c - '0'));
    }
    return text.empty() ? std::nullopt : std::optional(number);
  }

  bool skip(char c) {
    const bool found = at_ < word_.text.size() && word_.text[at_] == c;
    at_ += found ? 1U : 0U;
    return found;
  }

  [[nodiscard]] std::unexpected<Error> expected(std::string_view what) const {
    const std::string_view rest = word_.text.substr(at_);
    return refuse_at(at_, rest.empty() ? fmt::format("{} is expected at its end", what)
                                       : fmt::format("{} is expected, not \"{}\"", what, rest));
  }

  [[nodiscard]] std::unexpected<Error> refuse_at(std::size_t at, std::string_view reason) const {
    return refuse(word_.column + at, fmt::format("field \"{}\": {}", rule_.name, reason));
  }

  const FieldRule& rule_;
  const Word word_;
  std::size_t at_ = 0;
};

/// Whether one of the months ever has one of the days.
bool has_a_day(const CronExpression::Fields& fields) {
  for (unsigned month = 1; month <= 12; ++month) {
    // A leap year: it has every day that there is.
    const auto last = (std::chrono::year{2000} / std::chrono::month{month} / std::chrono::last).day();
    for (unsigned day = 1; fields.months[month] && day <= static_cast<unsigned>(last); ++day) {
      if (fields.days[day]) {
        return true;
      }
    }
  }
  return false;
}

Result<CronExpression::Fields> parse_fields(const std::vector<Word>& words) {
  std::array<Values, kFields.size()> values;
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    FIRN_ASSIGN(values[i], FieldParser(kFields[i], words[i]).values());
  }
  CronExpression::Fields fields{values[0], values[1], values[2], values[3], values[4]};
  if (fields.weekdays[kOtherSunday]) {
    fields.weekdays.set(kSunday).reset(kOtherSunday);
  }
  fields.either_day = !words[2].text.starts_with('*') && !words[4].text.starts_with('*');
  if (!fields.either_day && !has_a_day(fields)) {
    return refuse(words[2].column, fmt::format("field \"day of month\": no month in \"{}\" has a day {}, so this would "
                                               "never fire",
                                               words[3].text, words[2].text));
  }
  return fields;
}

std::string known_nicknames() {
  std::string text;
  for (const Nickname& nickname : kNicknames) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", nickname.name);
  }
  return text;
}

Result<CronExpression::Fields> parse_nickname(const Word& word) {
  for (const Nickname& nickname : kNicknames) {
    if (equal_ignoring_case(word.text, nickname.name)) {
      return parse_fields(split(nickname.meaning));
    }
  }
  return refuse(word.column, fmt::format("\"{}\" is none of {}", word.text, known_nicknames()));
}

}  // namespace

Result<CronExpression> CronExpression::parse(std::string_view text) {
  const std::vector<Word> words = split(text);
  if (words.empty()) {
    return refuse(1, "five fields are expected, not an empty text");
  }
  const Word& last = words.back();
  const std::size_t end = last.column - 1 + last.text.size();
  const std::size_t start = words.front().column - 1;
  const bool is_nickname = words.front().text.starts_with('@');
  const std::size_t wanted = is_nickname ? 1 : kFields.size();
  if (words.size() < wanted) {
    return refuse(end + 1, fmt::format("field \"{}\" is missing: five are expected", kFields[words.size()].name));
  }
  if (words.size() > wanted) {
    return refuse(words[wanted].column, fmt::format("the end is expected, not \"{}\"", words[wanted].text));
  }
  FIRN_ASSIGN(const Fields fields, is_nickname ? parse_nickname(words[0]) : parse_fields(words));
  return CronExpression(std::string(text.substr(start, end - start)), fields);
}

bool CronExpression::matches_day(std::chrono::local_days day) const {
  const std::chrono::year_month_day date(day);
  const bool is_day = fields_.days[static_cast<unsigned>(date.day())];
  const bool is_weekday = fields_.weekdays[std::chrono::weekday(day).c_encoding()];
  return fields_.months[static_cast<unsigned>(date.month())] &&
         (fields_.either_day ? is_day || is_weekday : is_day && is_weekday);
}

bool CronExpression::matches(LocalMinutes time) const {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock(time - day);
  return fields_.minutes[static_cast<std::size_t>(clock.minutes().count())] &&
         fields_.hours[static_cast<std::size_t>(clock.hours().count())] && matches_day(day);
}

std::optional<std::chrono::minutes> CronExpression::first_time(std::chrono::minutes from) const {
  const auto start = static_cast<int>(from.count());
  for (int hour = start / kMinutes; hour < kHours; ++hour) {
    if (!fields_.hours[static_cast<std::size_t>(hour)]) {
      continue;
    }
    for (int minute = std::max(start - hour * kMinutes, 0); minute < kMinutes; ++minute) {
      if (fields_.minutes[static_cast<std::size_t>(minute)]) {
        return std::chrono::minutes(hour * kMinutes + minute);
      }
    }
  }
  return std::nullopt;
}

std::optional<std::chrono::local_days> CronExpression::next_day(std::chrono::local_days after) const {
  const auto end = std::min(kEnd, std::chrono::floor<std::chrono::days>(after + kLongestWait));
  for (auto day = after + std::chrono::days(1); day < end;) {
    const std::chrono::year_month_day date(day);
    if (!fields_.months[static_cast<unsigned>(date.month())]) {
      day = std::chrono::local_days((date.year() / date.month() + std::chrono::months(1)) / 1);
    } else if (matches_day(day)) {
      return day;
    } else {
      day += std::chrono::days(1);
    }
  }
  return std::nullopt;
}

std::optional<LocalMinutes> CronExpression::next(LocalMinutes after) const {
  const LocalMinutes from = after + std::chrono::minutes(1);
  const auto today = std::chrono::floor<std::chrono::days>(from);
  if (const auto time = first_time(from - today); time && matches_day(today)) {
    return today + *time;
  }
  const auto day = next_day(today);
  const auto time = first_time(std::chrono::minutes(0));
  return day && time ? std::optional(*day + *time) : std::nullopt;
}

}  // namespace firn
