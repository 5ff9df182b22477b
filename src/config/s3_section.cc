#include "config/s3_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii_text.h"
#include "base/url.h"
#include "config/http_way_section.h"
#include "config/prefix.h"
#include "platform/ip_address.h"

namespace firn {
namespace {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// Why it cannot be the name of a bucket; empty when it can.
std::string_view wrong_with_bucket(std::string_view name) {
  constexpr std::array<std::string_view, 3> kReservedBeginnings = {"xn--", "sthree-", "amzn-s3-demo-"};
  constexpr std::array<std::string_view, 5> kReservedEnds = {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"};
  if (name.size() < 3 || name.size() > 63) {
    return "it must have 3 to 63 characters";
  }
  if (!std::ranges::all_of(name, [](char c) { return is_letter_or_digit(c) || c == '.' || c == '-'; })) {
    return "it may have small letters, digits, dots and hyphens only";
  }
  if (!is_letter_or_digit(name.front()) || !is_letter_or_digit(name.back())) {
    return "it must begin and end with a letter or a digit";
  }
  if (name.contains("..") || parse_ip_network(std::string(name))) {
    return "it must have no two dots side by side, and not look like an IP address";
  }
  const bool is_reserved =
      std::ranges::any_of(kReservedBeginnings, [&](std::string_view part) { return name.starts_with(part); }) ||
      std::ranges::any_of(kReservedEnds, [&](std::string_view part) { return name.ends_with(part); });
  return is_reserved ? "Amazon keeps names of that beginning or end for itself" : "";
}

std::string read_bucket(SectionReader& section) {
  std::string bucket = section.text("bucket", std::nullopt);
  const std::string_view why = bucket.empty() ? "" : wrong_with_bucket(bucket);
  if (!why.empty()) {
    section.refuse("bucket", fmt::format("\"{}\" is not a valid name of a bucket: {}", bucket, why));
  }
  return bucket;
}

std::string read_endpoint(SectionReader& section) {
  std::string endpoint = section.text("endpoint", "");
  if (endpoint.empty()) {
    return endpoint;
  }
  const auto url = parse_server_url(endpoint);
  if (!url) {
    section.refuse("endpoint", fmt::format("\"{}\" is not the URL of a server", endpoint),
                   "write it like \"https://s3.example.org\" or \"https://s3.example.org:9000\", without a path");
  } else if (url->scheme == "http" && !is_loopback_host(url->host)) {
    section.refuse("endpoint", fmt::format("\"{}\" would send documents unencrypted to another machine", endpoint),
                   "write https://; http:// is for a server on this machine (127.0.0.1, [::1], localhost)");
  }
  if (endpoint.ends_with('/')) {
    endpoint.pop_back();
  }
  return endpoint;
}

std::string read_region(SectionReader& section, std::string_view key) {
  std::string region = section.text(key, "");
  if (!std::ranges::all_of(region, [](char c) { return is_letter_or_digit(c) || c == '-'; })) {
    section.refuse(key, fmt::format("\"{}\" is not the name of a region", region), "write it like \"eu-central-1\"");
  }
  return region;
}

void read_place(SectionReader& section, S3Connection& s3) {
  s3.bucket = read_bucket(section);
  s3.prefix = read_prefix(section);
  s3.region = read_region(section, "region");
  s3.endpoint = read_endpoint(section);
  s3.addressing = section.word("addressing", "auto", {"auto", "virtual_host", "path"});
  s3.fips = section.flag("fips", false);
  s3.dual_stack = section.flag("dual_stack", false);
  for (const auto& [is_set, key] : {std::pair(s3.fips, "fips"), std::pair(s3.dual_stack, "dual_stack")}) {
    if (is_set && !s3.endpoint.empty()) {
      section.refuse(key, fmt::format("\"{}\" has no effect with an endpoint of your own", section.name_of(key)),
                     "remove it, or remove endpoint");
    }
  }
}

void read_keys(SectionReader& section, S3Connection& s3, const SecretSources& secrets) {
  s3.profile = section.text("profile", "");
  s3.access_key_id = section.text("access_key_id", "");
  const bool has_secret = section.has("secret_access_key") || section.has("secret_access_key_file");
  if (s3.access_key_id.empty()) {
    if (has_secret) {
      section.refuse_section("a secret access key without its id has no effect", "set access_key_id");
    }
    return;
  }
  if (!is_visible(s3.access_key_id)) {
    section.refuse("access_key_id", "it has a space, a line end or another character that no access key id has",
                   "copy it again");
  }
  if (!s3.profile.empty()) {
    section.refuse("profile", "a profile and an access key are both set", "keep one of them");
  }
  s3.secret_access_key = read_secret(section, "secret_access_key", secrets);
  if (section.has("session_token") || section.has("session_token_file")) {
    s3.session_token = read_secret(section, "session_token", secrets);
  }
  for (const auto& [secret, key] :
       {std::pair(&s3.secret_access_key, "secret_access_key"), std::pair(&s3.session_token, "session_token")}) {
    if (!is_visible(secret->reveal())) {
      const std::string file = fmt::format("{}_file", key);
      section.refuse(section.has(file) ? std::string_view(file) : key,
                     "what it names has a space, a line end or another character that no such secret has",
                     "copy it again, alone in one line");
    }
  }
}

std::vector<std::pair<std::string, std::string>> read_tags(SectionReader& section) {
  constexpr std::size_t kLongestName = 128;
  constexpr std::size_t kLongestValue = 256;
  std::vector<std::pair<std::string, std::string>> tags;
  for (const std::string& text : section.texts("tags", {10, kLongestName + 1 + kLongestValue})) {
    const std::size_t at = text.find('=');
    const std::string name = text.substr(0, at);
    if (at == std::string::npos || name.empty() || name.size() > kLongestName || text.size() - at - 1 > kLongestValue ||
        name.starts_with("aws:") || !std::ranges::all_of(text, [](char c) { return c >= ' ' && c < '\x7f'; })) {
      section.refuse("tags", fmt::format("\"{}\" is not a tag", text),
                     "write \"name=value\": a name of 1 to 128 characters that does not begin with aws:, and a value "
                     "of 256 at most");
    }
    tags.emplace_back(name, at == std::string::npos ? "" : text.substr(at + 1));
  }
  return tags;
}

void read_writing(SectionReader& section, S3Connection& s3) {
  s3.encryption = section.word("encryption", "bucket", {"bucket", "AES256", "aws:kms", "aws:kms:dsse"});
  s3.encryption = s3.encryption == "bucket" ? "" : s3.encryption;
  s3.kms_key = section.text("kms_key", "");
  if (!s3.kms_key.empty() && (!s3.encryption.starts_with("aws:kms") || !is_visible(s3.kms_key))) {
    section.refuse("kms_key", "it needs encryption = \"aws:kms\", and is the id, the ARN or the alias of a key");
  }
  s3.storage_class = section.word("storage_class", "STANDARD",
                                  {"STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR"});
  s3.storage_class = s3.storage_class == "STANDARD" ? "" : s3.storage_class;
  s3.tags = read_tags(section);
}

/// As Snowflake writes it (`AWS_EU_CENTRAL_1`) or as Amazon does; gives Amazon's.
std::string read_snowflake_region(SectionReader& section) {
  std::string region = lower_ascii(section.text("snowflake_region", ""));
  std::ranges::replace(region, '_', '-');
  if (region.starts_with("aws-")) {
    region.erase(0, 4);
  }
  return region;
}

}  // namespace

S3Connection read_s3(SectionReader& section, ConnectionName name, const SecretSources& secrets) {
  S3Connection s3;
  s3.name = std::move(name);
  read_place(section, s3);
  s3.way = read_http_way(section, secrets);
  read_keys(section, s3, secrets);
  read_writing(section, s3);
  s3.uploads = section.number("uploads", {4, 1, 32});
  s3.snowflake_region = read_snowflake_region(section);
  return s3;
}

}  // namespace firn
