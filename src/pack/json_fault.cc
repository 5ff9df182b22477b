#include "pack/json_fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace firn {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The number of bytes of the UTF-8 character at the front; 0 when there is none (RFC 3629, section 4).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80U) {
    return 1;
  }
  if (first >= 0xC2U && first <= 0xDFU) {
    return continues(1) ? 2 : 0;
  }
  if (first >= 0xE0U && first <= 0xEFU) {
    const unsigned low = first == 0xE0U ? 0xA0U : 0x80U;
    const unsigned high = first == 0xEDU ? 0x9FU : 0xBFU;
    return byte(1) >= low && byte(1) <= high && continues(2) ? 3 : 0;
  }
  if (first >= 0xF0U && first <= 0xF4U) {
    const unsigned low = first == 0xF0U ? 0x90U : 0x80U;
    const unsigned high = first == 0xF4U ? 0x8FU : 0xBFU;
    return byte(1) >= low && byte(1) <= high && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

/// Reads a text as RFC 8259 has it and stops at the first fault.
class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  std::optional<JsonFault> run() {
    skip_space();
    if (value(0)) {
      skip_space();
      if (at_ < text_.size()) {
        fault("more follows after the document");
      }
    }
    return fault_;
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool fault(std::string_view words, JsonFaultKind kind = JsonFaultKind::kSyntax) {
    fault_ = JsonFault{kind, at_, at_ < text_.size() ? words : "it ends too early"};
    return false;
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size()); }

  bool value(std::size_t depth) {
    const char c = peek();
    if (c == '{' || c == '[') {
      if (depth == kMaxJsonDepth) {
        return fault("nested deeper than 256", JsonFaultKind::kDepth);
      }
      return c == '{' ? object(depth + 1) : array(depth + 1);
    }
    if (c == '"') {
      return string();
    }
    if (c == '-' || is_digit(c)) {
      return number();
    }
    return literal("true") || literal("false") || literal("null") || fault("a value must stand here");
  }

  bool literal(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) {
      return false;
    }
    at_ += word.size();
    return true;
  }

  bool object(std::size_t depth) {
    ++at_;
    skip_space();
    if (peek() == '}') {
      ++at_;
      return true;
    }
    while (true) {
      if (peek() != '"') {
        return fault("a key in quotes must stand here");
      }
      if (!string()) {
        return false;
      }
      skip_space();
      if (peek() != ':') {
        return fault("a colon must stand here");
      }
      ++at_;
      skip_space();
      if (!value(depth)) {
        return false;
      }
      if (!another('}')) {
        return !fault_;
      }
    }
  }

  bool array(std::size_t depth) {
    ++at_;
    skip_space();
    if (peek() == ']') {
      ++at_;
      return true;
    }
    while (true) {
      if (!value(depth)) {
        return false;
      }
      if (!another(']')) {
        return !fault_;
      }
    }
  }

  /// After a member: true when a comma promises another; false at the end or a fault.
  bool another(char close) {
    skip_space();
    const char c = peek();
    if (c != ',' && c != close) {
      return fault("a comma or the end of the list must stand here");
    }
    ++at_;
    skip_space();
    return c == ',';
  }

  bool string() {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20U) {
        return fault("a control character stands in a text without being escaped");
      }
      if (text_[at_] == '\\') {
        if (!escape()) {
          return false;
        }
        continue;
      }
      const std::size_t length = utf8_length(text_.substr(at_));
      if (length == 0) {
        return fault("not UTF-8");
      }
      at_ += length;
    }
    if (at_ >= text_.size()) {
      return fault("it ends too early");
    }
    ++at_;
    return true;
  }

  bool escape() {
    const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c != 'u') {
      if (c == '\0' || std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) {
        return fault("an unknown escape");
      }
      at_ += 2;
      return true;
    }
    const auto unit = code_unit(at_);
    const bool high = unit && *unit >= 0xD800U && *unit <= 0xDBFFU;
    const auto second = high ? code_unit(at_ + 6) : std::nullopt;
    const bool pair = second && *second >= 0xDC00U && *second <= 0xDFFFU;
    if (!unit || (high && !pair) || (*unit >= 0xDC00U && *unit <= 0xDFFFU)) {
      return fault("an escape that is no character");
    }
    at_ += high ? 12 : 6;
    return true;
  }

  /// The value of `\uXXXX` at `at`.
  [[nodiscard]] std::optional<std::uint32_t> code_unit(std::size_t at) const {
    if (at + 6 > text_.size() || text_[at] != '\\' || text_[at + 1] != 'u') {
      return std::nullopt;
    }
    std::uint32_t unit = 0;
    const char* const end = text_.data() + at + 6;
    const auto parsed = std::from_chars(text_.data() + at + 2, end, unit, 16);
    return parsed.ec == std::errc{} && parsed.ptr == end ? std::optional(unit) : std::nullopt;
  }

  bool number() {
    const std::size_t start = at_;
    at_ += peek() == '-' ? 1U : 0U;
    if (peek() == '0' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])) {
      return fault("a number must not begin with 0");
    }
    if (!digits()) {
      return false;
    }
    bool integer = true;
    if (peek() == '.') {
      integer = false;
      ++at_;
      if (!digits()) {
        return false;
      }
    }
    if (peek() == 'e' || peek() == 'E') {
      integer = false;
      ++at_;
      at_ += peek() == '-' || peek() == '+' ? 1U : 0U;
      if (!digits()) {
        return false;
      }
    }
    if (fits(std::string(text_.substr(start, at_ - start)), integer)) {
      return true;
    }
    fault_ = JsonFault{JsonFaultKind::kNumber, start, "a number that does not fit 64 bits"};
    return false;
  }

  bool digits() {
    if (!is_digit(peek())) {
      return fault("a digit must stand here");
    }
    while (is_digit(peek())) {
      ++at_;
    }
    return true;
  }

  static bool fits(const std::string& number, bool integer) {
    if (!integer) {
      return std::isfinite(std::strtod(number.c_str(), nullptr));
    }
    const char* const end = number.data() + number.size();
    std::int64_t as_signed = 0;
    std::uint64_t as_unsigned = 0;
    return std::from_chars(number.data(), end, as_signed).ec == std::errc{} ||
           std::from_chars(number.data(), end, as_unsigned).ec == std::errc{};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::optional<JsonFault> fault_;
};

}  // namespace

std::optional<JsonFault> find_json_fault(std::string_view text) { return Checker(text).run(); }

std::string describe_place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto newline = before.rfind('\n');
  const std::string_view line = newline == std::string_view::npos ? before : before.substr(newline + 1);
  const auto characters =
      std::count_if(line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return fmt::format("line {}, column {}", lines + 1, characters + 1);
}

}  // namespace firn
