#include "pack/json_text.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace firn {
namespace {

std::size_t string_end(std::string_view json, std::size_t at) {
  std::size_t i = at + 1;
  while (json[i] != '"') {
    i += json[i] == '\\' ? 2U : 1U;
  }
  return i + 1;
}

std::uint32_t hex4(std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + 4, value, 16);
  return value;
}

void append_utf8(std::uint32_t code, std::string& out) {
  const auto byte = [&](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0U | (code >> 6U));
    byte(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    byte(0xE0U | (code >> 12U));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  } else {
    byte(0xF0U | (code >> 18U));
    byte(0x80U | ((code >> 12U) & 0x3FU));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  }
}

/// Decodes the escape at `i`, behind its backslash; returns where the text goes on.
std::size_t append_escape(std::string_view text, std::size_t i, std::string& out) {
  constexpr std::string_view kLetters = "bfnrt";
  constexpr std::string_view kMeanings = "\b\f\n\r\t";
  if (text[i] != 'u') {
    const std::size_t letter = kLetters.find(text[i]);
    out.push_back(letter == std::string_view::npos ? text[i] : kMeanings[letter]);
    return i + 1;
  }
  std::uint32_t code = hex4(text.substr(i + 1, 4));
  std::size_t next = i + 5;
  if (code >= 0xD800 && code < 0xDC00) {  // the parser has made sure that its other half follows
    code = 0x10000U + ((code - 0xD800U) << 10U) + (hex4(text.substr(next + 2, 4)) - 0xDC00U);
    next += 6;
  }
  append_utf8(code, out);
  return next;
}

}  // namespace

std::size_t json_value_end(std::string_view json, std::size_t at) {
  if (json[at] == '"') {
    return string_end(json, at);
  }
  if (json[at] != '{' && json[at] != '[') {
    return std::min(json.find_first_of(",]}", at), json.size());
  }
  std::size_t depth = 0;
  std::size_t i = at;
  do {
    const char c = json[i];
    depth += c == '{' || c == '[' ? 1U : 0U;
    depth -= c == '}' || c == ']' ? 1U : 0U;
    i = c == '"' ? string_end(json, i) : i + 1;
  } while (depth > 0);
  return i;
}

std::string_view decode_json_text(std::string_view quoted, std::string& buffer) {
  const std::string_view text = quoted.substr(1, quoted.size() - 2);
  if (!text.contains('\\')) {
    return text;
  }
  buffer.clear();
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '\\') {
      i = append_escape(text, i + 1, buffer);
    } else {
      buffer.push_back(text[i++]);
    }
  }
  return buffer;
}

}  // namespace firn
