#include "base/units.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace firn {
namespace {

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array<SizeUnit, 11> kSizeUnits{{{"TB", 1'000'000'000'000},
                                               {"GB", 1'000'000'000},
                                               {"MB", 1'000'000},
                                               {"kB", 1'000},
                                               {"KB", 1'000},
                                               {"TiB", 1ULL << 40U},
                                               {"GiB", 1ULL << 30U},
                                               {"MiB", 1ULL << 20U},
                                               {"KiB", 1ULL << 10U},
                                               {"B", 1},
                                               {"", 1}}};
constexpr std::size_t kDecimalUnits = 4;  // the first ones, without the other spelling of kB
constexpr std::uint64_t kLargest = (1ULL << 63U) - 1;

struct TimeUnit {
  std::string_view name;
  std::int64_t millis;
};
constexpr std::array<TimeUnit, 5> kTimeUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::int64_t kLongestMillis = 36525 * kTimeUnits[0].millis;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void skip_spaces(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
}

/// Digits at the front as a number; nothing when there are none or more than 18.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  while (!text.empty() && is_digit(text.front())) {
    value = value * 10 + static_cast<std::uint64_t>(text.front() - '0');
    text.remove_prefix(1);
    if (++digits > 18) {
      return std::nullopt;
    }
  }
  return digits == 0 ? std::nullopt : std::optional(value);
}

/// Letters at the front.
std::string_view take_word(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && std::isalpha(static_cast<unsigned char>(text[length])) != 0) {
    ++length;
  }
  const std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

/// `.ddd` at the front as digits and the power of ten they are divided by; {0, 1} when there is none.
struct Fraction {
  std::uint64_t digits = 0;
  std::uint64_t scale = 1;
};
std::optional<Fraction> take_fraction(std::string_view& text) {
  Fraction fraction;
  if (text.empty() || text.front() != '.') {
    return fraction;
  }
  text.remove_prefix(1);
  const std::size_t before = text.size();
  const auto digits = take_number(text);
  const std::size_t count = before - text.size();
  if (!digits || count > 6) {
    return std::nullopt;
  }
  fraction.digits = *digits;
  for (std::size_t i = 0; i < count; ++i) {
    fraction.scale *= 10;
  }
  return fraction;
}

std::optional<std::uint64_t> scaled(std::uint64_t whole, Fraction fraction, std::uint64_t unit) {
  if (whole > kLargest / unit || fraction.digits * unit % fraction.scale != 0) {
    return std::nullopt;
  }
  const std::uint64_t bytes = whole * unit;
  const std::uint64_t rest = fraction.digits * unit / fraction.scale;
  return rest > kLargest - bytes ? std::nullopt : std::optional(bytes + rest);
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto whole = take_number(text);
  const auto fraction = whole ? take_fraction(text) : std::nullopt;
  if (!fraction) {
    return std::nullopt;
  }
  skip_spaces(text);
  for (const SizeUnit& unit : kSizeUnits) {
    if (text == unit.name) {
      return scaled(*whole, *fraction, unit.bytes);
    }
  }
  return std::nullopt;
}

std::string format_size(std::uint64_t bytes) {
  for (const SizeUnit& unit : kSizeUnits) {
    if (bytes >= unit.bytes && bytes % unit.bytes == 0 && unit.bytes > 1) {
      return fmt::format("{} {}", bytes / unit.bytes, unit.name);
    }
  }
  return fmt::format("{} B", bytes);
}

std::string human_size(std::uint64_t bytes) {
  for (std::size_t i = 0; i < kDecimalUnits; ++i) {
    const SizeUnit& unit = kSizeUnits[i];
    if (bytes >= unit.bytes) {
      const double value = static_cast<double>(bytes) / static_cast<double>(unit.bytes);
      const int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
      return fmt::format("{:.{}f} {}", value, decimals, unit.name);
    }
  }
  return fmt::format("{} B", bytes);
}

std::string human_count(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text == "0") {
    return Duration(0);
  }
  std::int64_t millis = 0;
  std::size_t next_unit = 0;
  do {
    const auto number = take_number(text);
    const std::string_view word = take_word(text);
    std::size_t unit = next_unit;
    while (unit < kTimeUnits.size() && kTimeUnits[unit].name != word) {
      ++unit;
    }
    if (!number || unit == kTimeUnits.size() ||
        *number > static_cast<std::uint64_t>((kLongestMillis - millis) / kTimeUnits[unit].millis)) {
      return std::nullopt;
    }
    millis += static_cast<std::int64_t>(*number) * kTimeUnits[unit].millis;
    next_unit = unit + 1;
    skip_spaces(text);
  } while (!text.empty());
  return std::chrono::milliseconds(millis);
}

std::string format_exact_duration(Duration duration) {
  std::int64_t rest = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  std::string text;
  for (const TimeUnit& unit : kTimeUnits) {
    if (const std::int64_t count = rest / unit.millis; count > 0) {
      text += fmt::format("{}{}{}", text.empty() ? "" : " ", count, unit.name);
      rest %= unit.millis;
    }
  }
  return text.empty() ? "0s" : text;
}

}  // namespace firn
