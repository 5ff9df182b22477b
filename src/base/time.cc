#include "base/time.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firn {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr Timestamp kFirst = Timestamp(std::chrono::sys_days(std::chrono::year{1} / 1 / 1));
constexpr Timestamp kEnd = Timestamp(std::chrono::sys_days(std::chrono::year{10000} / 1 / 1));

/// Takes digits and separators off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  /// Exactly `count` digits, as a number.
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) {
      return std::nullopt;
    }
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') {
        return std::nullopt;
      }
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  /// One to nine digits after a point, as microseconds.
  std::optional<std::int64_t> fraction() {
    std::int64_t micros = 0;
    std::size_t count = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (count < 6) {
        micros = micros * 10 + (rest_.front() - '0');
      }
      ++count;
      rest_.remove_prefix(1);
    }
    if (count == 0 || count > 9) {
      return std::nullopt;
    }
    for (; count < 6; ++count) {
      micros *= 10;
    }
    return micros;
  }

  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<std::chrono::sys_days> scan_date(Scanner& in) {
  const auto year = in.digits(4);
  if (!year || !in.skip('-')) {
    return std::nullopt;
  }
  const auto month = in.digits(2);
  if (!month || !in.skip('-')) {
    return std::nullopt;
  }
  const auto day = in.digits(2);
  if (!day) {
    return std::nullopt;
  }
  const auto date = std::chrono::year{*year} / *month / *day;
  return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

std::optional<Duration> scan_clock_time(Scanner& in) {
  const auto hour = in.digits(2);
  if (!hour || *hour > 23 || !in.skip(':')) {
    return std::nullopt;
  }
  const auto minute = in.digits(2);
  if (!minute || *minute > 59) {
    return std::nullopt;
  }
  Duration time = std::chrono::hours(*hour) + std::chrono::minutes(*minute);
  if (!in.skip(':')) {
    return time;
  }
  const auto second = in.digits(2);
  if (!second || *second > 59) {
    return std::nullopt;
  }
  time += std::chrono::seconds(*second);
  if (in.skip('.')) {
    const auto micros = in.fraction();
    if (!micros) {
      return std::nullopt;
    }
    time += Duration(*micros);
  }
  return time;
}

/// The offset from UTC; zero when there is none.
std::optional<Duration> scan_offset(Scanner& in) {
  if (in.done() || in.skip('Z') || in.skip('z')) {
    return Duration(0);
  }
  const bool west = in.skip('-');
  if (!west && !in.skip('+')) {
    return std::nullopt;
  }
  const auto hours = in.digits(2);
  if (!hours || *hours > 23) {
    return std::nullopt;
  }
  Duration offset = std::chrono::hours(*hours);
  if (!in.done()) {
    in.skip(':');
    const auto minutes = in.digits(2);
    if (!minutes || *minutes > 59) {
      return std::nullopt;
    }
    offset += std::chrono::minutes(*minutes);
  }
  return west ? -offset : offset;
}

struct Civil {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<Duration> time;
};

Civil civil(Timestamp t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss<Duration>(t - day)};
}

std::string format_with(Timestamp t, char separator, std::string_view zone) {
  const auto [date, time] = civil(t);
  return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}.{:06}{}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), separator,
                     time.hours().count(), time.minutes().count(), time.seconds().count(), time.subseconds().count(),
                     zone);
}

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  Scanner in(text);
  const auto date = scan_date(in);
  if (!date || (!in.skip('T') && !in.skip(' '))) {
    return std::nullopt;
  }
  const auto time = scan_clock_time(in);
  if (!time) {
    return std::nullopt;
  }
  const auto offset = scan_offset(in);
  if (!offset || !in.done()) {
    return std::nullopt;
  }
  const Timestamp moment = Timestamp(*date) + *time - *offset;
  if (moment < kFirst || moment >= kEnd) {
    return std::nullopt;
  }
  return moment;
}

std::string format_timestamp(Timestamp t) { return format_with(t, ' ', ""); }

std::string format_iso8601(Timestamp t) { return format_with(t, 'T', "Z"); }

std::string format_month(Timestamp t) {
  const auto date = civil(t).date;
  return fmt::format("{:04}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()));
}

std::string format_duration(Duration d) {
  const std::int64_t micros = d.count() < 0 ? 0 : d.count();
  if (micros < 10 * kSecond) {
    return fmt::format("{:.1f}s", static_cast<double>(micros) / 1e6);
  }
  struct Unit {
    std::int64_t seconds;
    char name;
  };
  constexpr std::array<Unit, 4> kUnits{{{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
  std::int64_t rest = micros / kSecond;
  std::string text;
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (rest < kUnits[i].seconds && text.empty()) {
      continue;
    }
    const bool second = !text.empty();
    const std::int64_t count = rest / kUnits[i].seconds;
    rest %= kUnits[i].seconds;
    if (!second) {
      text = fmt::format("{}{}", count, kUnits[i].name);
    } else {
      return count == 0 ? text : fmt::format("{} {}{}", text, count, kUnits[i].name);
    }
  }
  return text;
}

}  // namespace firn
