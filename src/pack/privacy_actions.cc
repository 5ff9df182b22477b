#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/hmac.h"
#include "model/privacy.h"
#include "pack/privacy_filter.h"

namespace firn {
namespace {

constexpr std::size_t kYearDigits = 4;
constexpr double kMostLatitude = 90;
constexpr double kMostLongitude = 180;

bool hash(std::string_view key, std::string_view text, std::string& out) {
  out += to_hex(hmac_sha256(key, text));
  return true;
}

/// The first `count` characters of a UTF-8 text.
bool truncate(std::uint32_t count, std::string_view text, std::string& out) {
  std::size_t end = 0;
  for (std::uint32_t i = 0; i <= count && end < text.size(); ++i) {
    const auto next = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(end) + (i == 0 ? 0 : 1), text.end(),
                                   [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    end = static_cast<std::size_t>(next - text.begin());
  }
  out += text.substr(0, end);
  return true;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `2026`, `2026-03`, `2026-03-02`, and what goes on behind a day.
bool year(std::string_view text, std::string& out) {
  constexpr std::string_view kShape = "0000-00-00";
  const std::size_t checked = std::min(text.size(), kShape.size());
  for (std::size_t i = 0; i < checked; ++i) {
    if (kShape[i] == '0' ? !is_digit(text[i]) : text[i] != kShape[i]) {
      return false;
    }
  }
  const bool whole = text.size() == kYearDigits || text.size() == kYearDigits + 3 || text.size() >= kShape.size();
  const bool ends = text.size() <= kShape.size() || !is_digit(text[kShape.size()]);
  if (!whole || !ends) {
    return false;
  }
  out += text.substr(0, kYearDigits);
  return true;
}

/// Takes the next number off the front.
std::optional<double> take_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  const bool ended = read.ptr == text.data() + text.size() || *read.ptr == ' ';
  if (read.ec != std::errc{} || !ended || !std::isfinite(number)) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return number;
}

/// Without the sign of a zero, which would tell more than the rounding leaves.
void append_rounded(double number, std::uint32_t decimals, std::string& out) {
  std::string text = fmt::format("{:.{}f}", number, decimals);
  const bool is_zero = text.find_first_not_of("-0.") == std::string::npos;
  out += is_zero && text.starts_with('-') ? std::string_view(text).substr(1) : std::string_view(text);
}

/// CommCare writes "latitude longitude altitude accuracy", sometimes without the last two.
bool round_geopoint(std::uint32_t decimals, std::string_view text, std::string& out) {
  const auto latitude = take_number(text);
  const auto longitude = latitude ? take_number(text) : std::nullopt;
  if (!longitude || std::abs(*latitude) > kMostLatitude || std::abs(*longitude) > kMostLongitude) {
    return false;
  }
  while (text.find_first_not_of(' ') != std::string_view::npos) {
    if (!take_number(text)) {
      return false;
    }
  }
  append_rounded(*latitude, decimals, out);
  out.push_back(' ');
  append_rounded(*longitude, decimals, out);
  return true;
}

}  // namespace

bool treat_privately(const PrivacyRule& rule, std::string_view key, std::string_view text, std::string& out) {
  switch (rule.action) {
    case PrivacyAction::kDrop:
      return false;
    case PrivacyAction::kHash:
      return hash(key, text, out);
    case PrivacyAction::kTruncate:
      return truncate(rule.amount, text, out);
    case PrivacyAction::kYear:
      return year(text, out);
    case PrivacyAction::kRoundGeopoint:
      return round_geopoint(rule.amount, text, out);
  }
  return false;
}

}  // namespace firn
