#include "config/snowflake_account.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/ascii_text.h"
#include "base/url.h"
#include "platform/ip_address.h"

namespace firn {
namespace {

constexpr std::string_view kDomain = ".snowflakecomputing.com";
constexpr std::string_view kDomainOfChina = ".snowflakecomputing.cn";

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string without_domain(std::string_view account) {
  const std::string lower = lower_ascii(account);
  for (const std::string_view domain : {kDomain, kDomainOfChina}) {
    if (lower.ends_with(domain)) {
      return std::string(account.substr(0, account.size() - domain.size()));
    }
  }
  return std::string(account);
}

/// Empty when it may be one.
std::string wrong_with(std::string_view account, std::string_view name) {
  if (account.contains("://") || account.contains('/')) {
    return "it is the address of a page; write the account identifier alone";
  }
  if (!std::ranges::all_of(account, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; })) {
    return "it has a character that no account identifier has";
  }
  if (name.empty() || !is_letter_or_digit(name.front()) || !is_letter_or_digit(name.back()) || name.contains("..")) {
    return "it does not begin and end with a letter or a digit";
  }
  const auto dot = name.find('.');
  const std::string_view rest = dot == std::string_view::npos ? "" : name.substr(dot + 1);
  const bool is_locator = !name.substr(0, dot).contains('-');
  if (is_locator && !rest.empty() && !rest.contains('-') && !rest.starts_with("privatelink")) {
    return "organisation and account are joined by a hyphen, not by a dot";
  }
  return "";
}

/// What the claims of a token say: for an organisation's account the whole first part, else the locator alone.
std::string token_name(std::string_view name) {
  std::string_view first = name.substr(0, name.find('.'));
  if (name.contains(".global")) {
    first = first.substr(0, first.rfind('-'));
  }
  return upper_ascii(first);
}

std::string host_of(std::string_view account, std::string_view name) {
  std::string host = lower_ascii(name);
  std::ranges::replace(host, '_', '-');  // no host name has one; Snowflake takes the hyphen for it
  const std::string given = lower_ascii(account);
  const bool is_in_china = given.ends_with(kDomainOfChina) || host.contains(".cn-");
  return host + std::string(is_in_china ? kDomainOfChina : kDomain);
}

std::expected<std::string, std::string> url_of_host(std::string_view host) {
  if (host.contains("://")) {
    const auto url = parse_server_url(host);
    if (!url || (url->scheme == "http" && !is_loopback_host(url->host))) {
      return std::unexpected("host must be the name of a host; http:// is for a server on this machine only");
    }
    return url->scheme + "://" + url->authority;
  }
  const auto url = parse_server_url("https://" + std::string(host));
  if (!url) {
    return std::unexpected("host must be the name of a host, like myorg-myaccount.snowflakecomputing.com");
  }
  return "https://" + url->authority;
}

}  // namespace

std::expected<SnowflakeAccount, std::string> parse_snowflake_account(std::string_view account, std::string_view host) {
  const std::string name = without_domain(account);
  if (std::string why = wrong_with(account, name); !why.empty()) {
    // Made in place: GCC 12 at -O2 sees an error in moving a std::unexpected<std::string>.
    return std::expected<SnowflakeAccount, std::string>(std::unexpect, std::move(why));
  }
  if (host.empty()) {
    return SnowflakeAccount{"https://" + host_of(account, name), token_name(name)};
  }
  auto url = url_of_host(host);
  if (!url) {
    return std::unexpected(std::move(url).error());
  }
  return SnowflakeAccount{*std::move(url), token_name(name)};
}

}  // namespace firn
