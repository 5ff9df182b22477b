#include "base/plain_text.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace firn {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kCut = "...";

struct Lead {
  std::size_t length = 0;
  char32_t bits = 0;
  char32_t least = 0;  // smaller ones have a shorter form
};

Lead lead_of(unsigned char byte) {
  if (byte >= 0xC2 && byte <= 0xDF) {
    return {2, byte & 0x1FU, 0x80};
  }
  if (byte >= 0xE0 && byte <= 0xEF) {
    return {3, byte & 0x0FU, 0x800};
  }
  if (byte >= 0xF0 && byte <= 0xF4) {
    return {4, byte & 0x07U, 0x10000};
  }
  return {};
}

std::string escaped(char32_t code) { return fmt::format("\\u{:04x}", static_cast<std::uint32_t>(code)); }

}  // namespace

Utf8Character first_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) {
    return {first, 1, true};
  }
  const Lead lead = lead_of(first);
  if (lead.length == 0 || text.size() < lead.length) {
    return {};
  }
  char32_t code = lead.bits;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) {
      return {};
    }
    code = code << 6U | (byte & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < lead.least || surrogate || code > 0x10FFFF ? Utf8Character{} : Utf8Character{code, lead.length, true};
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

void append_escaped(std::string& out, std::string_view text, std::size_t limit) {
  const std::size_t end = out.size() + limit;
  std::size_t cut_at = out.size();  // the longest part that leaves room for "..."
  while (!text.empty()) {
    const Utf8Character character = first_character(text);
    const std::string_view bytes = text.substr(0, character.length);
    std::string shown;
    if (!character.valid) {
      shown = kReplacement;
    } else if (is_control(character.code)) {
      shown = escaped(character.code);
    } else {
      shown = (bytes == "\"" || bytes == "\\" ? "\\" : "") + std::string(bytes);
    }
    if (out.size() + shown.size() > end) {
      out.resize(cut_at);
      out += kCut.substr(0, end - cut_at);
      return;
    }
    out += shown;
    cut_at = out.size() + kCut.size() <= end ? out.size() : cut_at;
    text.remove_prefix(character.length);
  }
}

std::string for_terminal(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const Utf8Character character = first_character(text);
    if (!character.valid) {
      shown += kReplacement;
    } else if (is_control(character.code)) {
      shown += escaped(character.code);
    } else {
      shown += text.substr(0, character.length);
    }
    text.remove_prefix(character.length);
  }
  return shown;
}

}  // namespace firn
