#include "config/prefix.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace firn {
namespace {

bool is_prefix(std::string_view text) {
  const auto valid = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-.=/").contains(c);
  };
  if (text.empty()) {
    return true;
  }
  const std::string between = fmt::format("/{}/", text);
  return std::ranges::all_of(text, valid) && !between.contains("//") && !between.contains("/./") &&
         !between.contains("/../");
}

}  // namespace

std::string read_prefix(SectionReader& section) {
  std::string prefix = section.text("prefix", "");
  if (!is_prefix(prefix)) {
    section.refuse("prefix", fmt::format("\"{}\" is not a valid prefix", prefix),
                   "use names of letters, digits and _-.= with / between them; no . or .. and no / at the ends");
  }
  return prefix;
}

}  // namespace firn
