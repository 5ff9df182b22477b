#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firn {

/// The parameters of a query string, decoded, in order.
struct UrlQuery {
  std::vector<std::pair<std::string, std::string>> parameters;
  /// The first value of that name; empty when missing.
  [[nodiscard]] std::string get(std::string_view name) const;
};

/// A request target (origin form of RFC 9112): a path that is still encoded, and the query.
struct UrlTarget {
  std::string path;
  UrlQuery query;
};

/// A URL of HTTP, taken apart as far as it says whom to ask.
struct HttpUrl {
  std::string scheme;     ///< `http` or `https`
  std::string authority;  ///< host and port as they stand there
  std::string host;       ///< without port and brackets
  std::string rest;       ///< path, query and fragment; may be empty
};

/// Nothing when it is no such URL, has a user, or has a character that must be encoded.
std::optional<HttpUrl> parse_http_url(std::string_view text);
/// The same for one that names a server and nothing on it.
std::optional<HttpUrl> parse_server_url(std::string_view text);

/// Replaces `%XX`. Nothing when a `%` is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);
/// Encodes everything but the unreserved characters of RFC 3986, with capital digits.
std::string percent_encode(std::string_view text);

/// Nothing when the target does not begin with `/` or a parameter is wrongly encoded; `+` in the query is a space.
std::optional<UrlTarget> parse_url_target(std::string_view target);

/// The parts between slashes, decoded; empty parts are left out. A wrongly encoded part stays as it is.
std::vector<std::string> split_path(std::string_view path);

}  // namespace firn
