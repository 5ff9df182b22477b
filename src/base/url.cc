#include "base/url.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace firn {
namespace {

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::optional<std::string> decode_parameter(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return percent_decode(spaced);
}

/// Takes the text up to `separator` off the front of `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const auto taken = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return taken;
}

std::optional<UrlQuery> parse_query(std::string_view text) {
  UrlQuery query;
  while (!text.empty()) {
    std::string_view pair = take_until(text, '&');
    const auto name = decode_parameter(take_until(pair, '='));
    const auto value = decode_parameter(pair);
    if (!name || !value) {
      return std::nullopt;
    }
    query.parameters.emplace_back(*name, *value);
  }
  return query;
}

}  // namespace

std::string UrlQuery::get(std::string_view name) const {
  const auto found = std::ranges::find_if(parameters, [&](const auto& parameter) { return parameter.first == name; });
  return found == parameters.end() ? std::string() : found->second;
}

std::optional<HttpUrl> parse_http_url(std::string_view text) {
  const std::size_t colon = text.find("://");
  HttpUrl url;
  url.scheme = text.substr(0, colon);
  if (colon == std::string_view::npos || (url.scheme != "http" && url.scheme != "https") ||
      !std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; })) {
    return std::nullopt;
  }
  text.remove_prefix(colon + 3);
  url.authority = text.substr(0, text.find_first_of("/?#"));
  url.rest = text.substr(url.authority.size());
  const std::string_view authority = url.authority;
  const bool is_bracketed = authority.starts_with('[');
  const std::size_t end = is_bracketed ? authority.find(']') : authority.find(':');
  url.host =
      is_bracketed ? authority.substr(1, end == std::string_view::npos ? end : end - 1) : authority.substr(0, end);
  if (url.host.empty() || authority.contains('@') || (is_bracketed && end == std::string_view::npos)) {
    return std::nullopt;
  }
  return url;
}

std::optional<HttpUrl> parse_server_url(std::string_view text) {
  auto url = parse_http_url(text);
  return url && (url->rest.empty() || url->rest == "/") ? std::move(url) : std::nullopt;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const auto byte = i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
    if (!byte) {
      return std::nullopt;
    }
    out += *byte;
    i += 2;
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
    } else {
      constexpr std::string_view kDigits = "0123456789ABCDEF";
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 0xFU]};
    }
  }
  return out;
}

std::optional<UrlTarget> parse_url_target(std::string_view target) {
  if (!target.starts_with('/')) {
    return std::nullopt;
  }
  UrlTarget parsed;
  parsed.path = take_until(target, '?');
  auto query = parse_query(take_until(target, '#'));
  if (!query) {
    return std::nullopt;
  }
  parsed.query = std::move(*query);
  return parsed;
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto part = take_until(path, '/');
    if (!part.empty()) {
      parts.push_back(percent_decode(part).value_or(std::string(part)));
    }
  }
  return parts;
}

}  // namespace firn
