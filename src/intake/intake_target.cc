#include "intake/intake_target.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace firn {
namespace {

constexpr std::size_t kLongestPart = 255;

/// Undoes percent-encoding; nothing when a `%` has no two hex digits behind it.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const auto byte = from_hex(text.substr(i + 1, 2));
      if (!byte || byte->size() != 1) {
        return std::nullopt;
      }
      decoded += *byte;
      i += 2;
    } else {
      decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

std::optional<std::string> decode_part(std::string_view text) {
  auto decoded = percent_decode(text, false);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (!decoded || decoded->size() > kLongestPart || std::ranges::any_of(*decoded, is_control)) {
    return std::nullopt;
  }
  return decoded;
}

std::string find_app_id(std::string_view query) {
  constexpr std::string_view kName = "app_id=";
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    if (parameter.starts_with(kName)) {
      const std::string_view value = parameter.substr(kName.size());
      return percent_decode(value, true).value_or(std::string(value));
    }
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

bool remove_prefix(std::string_view& text, std::string_view prefix) {
  const bool there = text.starts_with(prefix);
  text.remove_prefix(there ? prefix.size() : 0);
  return there;
}

}  // namespace

std::optional<IntakeTarget> parse_intake_target(std::string_view target) {
  const std::size_t question = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, question);
  const std::string_view query = target.substr(std::min(question + 1, target.size()));
  remove_prefix(path, "/api/v1");
  if (!remove_prefix(path, "/in/")) {
    return std::nullopt;
  }
  if (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  const std::size_t slash = std::min(path.find('/'), path.size());
  const std::string_view rest = path.substr(std::min(slash + 1, path.size()));
  const auto repeater = decode_part(path.substr(0, slash));
  const auto domain = decode_part(rest);
  const bool empty_part = slash < path.size() && rest.empty();
  if (!repeater || repeater->empty() || !domain || empty_part || rest.find('/') != std::string_view::npos) {
    return std::nullopt;
  }
  return IntakeTarget{*repeater, *domain, find_app_id(query)};
}

}  // namespace firn
