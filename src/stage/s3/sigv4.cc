#include "stage/s3/sigv4.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii_text.h"
#include "base/digest.h"
#include "base/hmac.h"
#include "base/url.h"

namespace firn {
namespace {

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kRequest = "aws4_request";

std::string encoded_path(std::string_view path) {
  std::string encoded;
  while (true) {
    const std::size_t slash = path.find('/');
    encoded += percent_encode(path.substr(0, slash));
    if (slash == std::string_view::npos) {
      return encoded;
    }
    encoded += '/';
    path.remove_prefix(slash + 1);
  }
}

/// Sorted by the encoded names, then the encoded values.
std::vector<std::pair<std::string, std::optional<std::string>>> encoded_query(const AwsRequest& request) {
  std::vector<std::pair<std::string, std::optional<std::string>>> query;
  query.reserve(request.query.size());
  for (const auto& [name, value] : request.query) {
    query.emplace_back(percent_encode(name), value ? std::optional(percent_encode(*value)) : std::nullopt);
  }
  std::ranges::sort(query);
  return query;
}

/// Without spaces at the ends, and with single ones between words.
std::string folded(std::string_view value) {
  std::string result;
  for (const char c : value) {
    const bool is_space = c == ' ' || c == '\t';
    if (!is_space) {
      result.push_back(c);
    } else if (!result.empty() && result.back() != ' ') {
      result.push_back(' ');
    }
  }
  if (result.ends_with(' ')) {
    result.pop_back();
  }
  return result;
}

/// The headers as they are signed.
struct SignedHeaders {
  std::string lines;  ///< `name:value\n` each
  std::string names;  ///< with `;` between them
};

SignedHeaders signed_headers(const AwsRequest& request) {
  std::vector<std::pair<std::string, std::string>> headers{{"host", request.host}};
  for (const auto& [name, value] : request.headers) {
    headers.emplace_back(lower_ascii(name), folded(value));
  }
  std::ranges::stable_sort(headers, {}, &std::pair<std::string, std::string>::first);
  SignedHeaders result;
  std::string_view last;
  for (const auto& [name, value] : headers) {
    if (name == last) {
      result.lines.back() = ',';  // several of one name are one line
      result.lines += value + "\n";
      continue;
    }
    result.lines += name + ":" + value + "\n";
    result.names += (result.names.empty() ? "" : ";") + name;
    last = name;
  }
  return result;
}

std::string canonical_request(const AwsRequest& request, const SignedHeaders& headers) {
  std::string query;
  for (const auto& [name, value] : encoded_query(request)) {
    query += (query.empty() ? "" : "&") + name + "=" + value.value_or("");
  }
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, encoded_path(request.path), query, headers.lines,
                     headers.names, request.payload_sha256);
}

}  // namespace

std::string aws_target(const AwsRequest& request) {
  std::string target = encoded_path(request.path);
  char separator = '?';
  for (const auto& [name, value] : encoded_query(request)) {
    target += separator + name + (value ? "=" + *value : "");
    separator = '&';
  }
  return target;
}

void sign_aws(AwsRequest& request, const AwsCredentials& credentials, const AwsScope& scope) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(scope.at);
  const std::string time = fmt::format("{:%Y%m%dT%H%M%SZ}", seconds);
  request.headers.emplace_back("x-amz-date", time);
  if (!credentials.session_token.empty()) {
    request.headers.emplace_back("x-amz-security-token", credentials.session_token);
  }
  const SignedHeaders headers = signed_headers(request);
  const std::string day = time.substr(0, 8);
  const std::string where = fmt::format("{}/{}/{}/{}", day, scope.region, scope.service, kRequest);
  const std::string text =
      fmt::format("{}\n{}\n{}\n{}", kAlgorithm, time, where, to_hex(sha256(canonical_request(request, headers))));
  Sha256 key = hmac_sha256("AWS4" + credentials.secret, day);
  for (const std::string_view part : {std::string_view(scope.region), std::string_view(scope.service), kRequest}) {
    key = hmac_sha256(bytes_of(key), part);
  }
  request.headers.emplace_back(
      "Authorization", fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", kAlgorithm,
                                   credentials.key_id, where, headers.names, to_hex(hmac_sha256(bytes_of(key), text))));
}

}  // namespace firn
