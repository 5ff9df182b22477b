#include "stage/s3/s3_bucket.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "stage/s3/s3_error.h"
#include "stage/s3/s3_xml.h"

namespace firn {
namespace {

constexpr std::size_t kLargestAnswer = 4U << 20U;

/// Nothing when it is not readable; a rule that is not enabled has no effect.
std::optional<S3LifecycleRule> read_rule(const S3Texts& texts, bool& is_enabled) {
  S3LifecycleRule rule;
  for (const auto& [place, text] : texts) {
    const std::string_view name = std::string_view(place).substr(place.rfind('/') + 1);
    if (name == "ID") {
      rule.id = text;
    } else if (name == "Status") {
      is_enabled = text == "Enabled";
    } else if (name == "Prefix") {
      rule.prefix = text;
    } else if (place.ends_with("Tag/Key")) {
      rule.tags.emplace_back(text, "");
    } else if (place.ends_with("Tag/Value")) {
      if (rule.tags.empty()) {
        return std::nullopt;
      }
      rule.tags.back().second = text;
    } else if (place == "Rule/Expiration/Days" || place == "Rule/Expiration/Date") {
      rule.expires = true;
    } else if (place == "Rule/Transition/StorageClass") {
      rule.moves_to.push_back(text);
    }
  }
  return rule;
}

Error unreadable(const std::string& bucket) {
  return {ErrorKind::kUnavailable, "read the lifecycle of", bucket, "the answer cannot be read", ""};
}

}  // namespace

Result<std::string> S3Bucket::region() {
  HttpCall call;
  call.response_limit = kLargestAnswer;
  FIRN_ASSIGN(const HttpReply reply, transport_->send(transport_->request("HEAD", ""), std::move(call)));
  const std::string& bucket = transport_->place().bucket;
  if (reply.status == 404) {
    return fail(s3_error(S3Refusal{404, "NoSuchBucket", "", {}, true}, {"look at", "s3:ListBucket", bucket, ""}));
  }
  if (reply.status != 200) {
    return fail(s3_error(reply, {"look at", "s3:ListBucket", bucket, ""}));
  }
  return std::string(reply.header("x-amz-bucket-region"));
}

Result<std::vector<S3LifecycleRule>> S3Bucket::lifecycle() {
  AwsRequest request = transport_->request("GET", "");
  request.query = {{"lifecycle", std::nullopt}};
  HttpCall call;
  call.response_limit = kLargestAnswer;
  FIRN_ASSIGN(const HttpReply reply, transport_->send(request, std::move(call)));
  const std::string& bucket = transport_->place().bucket;
  const auto texts = read_s3_xml(reply.body);
  if (reply.status == 404 && texts && text_at(*texts, "Error/Code") == "NoSuchLifecycleConfiguration") {
    return std::vector<S3LifecycleRule>();
  }
  if (reply.status != 200) {
    return fail(s3_error(reply, {"read the lifecycle of", "s3:GetLifecycleConfiguration", bucket, ""}));
  }
  if (!texts || texts->empty() || !texts->front().first.starts_with("LifecycleConfiguration")) {
    return fail(unreadable(bucket));
  }
  // The elements of a rule come in any order: where the next one begins shows in the document only.
  std::vector<S3LifecycleRule> rules;
  std::size_t read = 0;
  constexpr std::string_view kBegin = "<Rule>";
  constexpr std::string_view kEnd = "</Rule>";
  std::string_view rest = reply.body;
  for (std::size_t at = rest.find(kBegin); at != std::string_view::npos; at = rest.find(kBegin)) {
    rest.remove_prefix(at);
    const std::size_t end = rest.find(kEnd);
    const auto inner = read_s3_xml(rest.substr(0, end == std::string_view::npos ? end : end + kEnd.size()));
    bool is_enabled = false;
    auto rule = inner ? read_rule(*inner, is_enabled) : std::nullopt;
    if (!rule) {
      return fail(unreadable(bucket));
    }
    ++read;
    if (is_enabled) {
      rules.push_back(*std::move(rule));
    }
    rest.remove_prefix(end + kEnd.size());
  }
  // Written in another way than Amazon's: then nothing is known.
  const bool has_rules = texts->size() > 1 || texts->front().first != "LifecycleConfiguration";
  return read == 0 && has_rules ? fail(unreadable(bucket)) : Result<std::vector<S3LifecycleRule>>(std::move(rules));
}

std::string harm_of(const S3LifecycleRule& rule, std::string_view prefix,
                    const std::vector<std::pair<std::string, std::string>>& tags) {
  constexpr std::array<std::string_view, 2> kFrozen = {"GLACIER", "DEEP_ARCHIVE"};
  const bool meets = prefix.starts_with(rule.prefix) || std::string_view(rule.prefix).starts_with(prefix);
  const bool has_tags =
      std::ranges::all_of(rule.tags, [&](const auto& tag) { return std::ranges::find(tags, tag) != tags.end(); });
  if (!meets || !has_tags) {
    return "";
  }
  const std::string name = rule.id.empty() ? "a rule without a name" : fmt::format("the rule \"{}\"", rule.id);
  if (rule.expires) {
    return fmt::format("{} removes chunks by their age, loaded or not", name);
  }
  for (const std::string& storage : rule.moves_to) {
    if (std::ranges::find(kFrozen, storage) != kFrozen.end()) {
      return fmt::format("{} moves chunks to {}, where nobody can read them at once", name, storage);
    }
  }
  return "";
}

}  // namespace firn
