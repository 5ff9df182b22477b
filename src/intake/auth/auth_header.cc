#include "intake/auth/auth_header.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii_text.h"
#include "base/base64.h"

namespace firn {
namespace {

constexpr std::size_t kMostParameters = 20;
constexpr std::string_view kBlanks = " \t";

bool is_token_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

void skip_blanks(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size())); }

bool skip(std::string_view& text, char c) {
  skip_blanks(text);
  const bool there = text.starts_with(c);
  text.remove_prefix(there ? 1 : 0);
  skip_blanks(text);
  return there;
}

std::string_view take_token(std::string_view& text) {
  const auto* const end = std::ranges::find_if_not(text, is_token_letter);
  const std::string_view token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(token.size());
  return token;
}

/// The text between quotes, `\x` as `x`; nothing when the second quote is missing.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    i += text[i] == '\\' ? 1U : 0U;
    if (i < text.size()) {
      value += text[i];
    }
  }
  return std::nullopt;
}

std::optional<std::string> take_value(std::string_view& text) {
  if (text.starts_with('"')) {
    return take_quoted(text);
  }
  const std::string_view token = take_token(text);
  return token.empty() ? std::nullopt : std::optional(std::string(token));
}

}  // namespace

bool AuthHeader::is(std::string_view name) const { return equal_ignoring_case(scheme, name); }

AuthHeader split_auth_header(std::string_view value) {
  const std::size_t end = value.find(' ');
  const std::size_t start = value.find_first_not_of(' ', std::min(end, value.size()));
  if (end == std::string_view::npos || end == 0 || start == std::string_view::npos) {
    return {};
  }
  return {value.substr(0, end), value.substr(start)};
}

std::optional<AuthParameters> AuthParameters::parse(std::string_view text) {
  AuthParameters parameters;
  skip_blanks(text);
  do {
    std::string name = lower_ascii(take_token(text));
    if (name.empty() || parameters.has(name) || parameters.values_.size() == kMostParameters || !skip(text, '=')) {
      return std::nullopt;
    }
    auto value = take_value(text);
    if (!value) {
      return std::nullopt;
    }
    parameters.values_.emplace_back(std::move(name), std::move(*value));
  } while (skip(text, ','));
  return text.empty() ? std::optional(std::move(parameters)) : std::nullopt;
}

std::string_view AuthParameters::get(std::string_view name) const {
  const auto found = std::ranges::find(values_, name, &std::pair<std::string, std::string>::first);
  return found == values_.end() ? std::string_view() : found->second;
}

bool AuthParameters::has(std::string_view name) const {
  return std::ranges::any_of(values_, [name](const auto& value) { return value.first == name; });
}

std::optional<UserAndPassword> parse_basic(std::string_view token) {
  const auto text = from_base64(token);
  const std::size_t colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) {
    return std::nullopt;
  }
  return UserAndPassword{text->substr(0, colon), text->substr(colon + 1)};
}

}  // namespace firn
