#include "pipeline/target.h"

#include <algorithm>
#include <string>

#include "model/table.h"

namespace firn {
namespace {

constexpr std::string_view kInto = " documents into table ";
constexpr std::string_view kBy = " by ";
constexpr std::string_view kSnowpipe = "Snowpipe";
constexpr std::string_view kStaged = ", staged in ";

/// Where the destination's tables lie, as far as its name does not say.
std::string schema_of(const Config& config, const RepeaterConfig& repeater) {
  const SnowflakeConnection* found = config.snowflake_of(repeater);
  return found == nullptr ? "" : " (" + found->account.token_name + " " + found->database + "." + found->schema + ")";
}

std::string method_of(const RepeaterConfig& repeater) {
  if (!repeater.method) {
    return "";
  }
  if (repeater.method == LoadMethod::kCopy) {
    return "COPY";
  }
  return std::string(kSnowpipe) + (repeater.pipe.empty() ? "" : " " + repeater.pipe);
}

/// What Target::str() was made of. An older Firn left the end out, and the pipe's name.
Target parse(std::string_view text) {
  Target target;
  const auto take_behind = [&text](std::string_view mark, std::string& part) {
    if (const auto at = text.rfind(mark); at != std::string_view::npos) {
      part = text.substr(at + mark.size());
      text = text.substr(0, at);
    }
  };
  take_behind(kStaged, target.stage);
  take_behind(kBy, target.method);
  take_behind(kInto, target.table);
  target.kind = text;
  return target;
}

std::string with_prefix(const std::string& place, const std::string& prefix) {
  return prefix.empty() ? place : place + "/" + prefix;
}

std::string stage_of(const Config& config, const RepeaterConfig& repeater) {
  if (const auto found = std::ranges::find(config.buckets, repeater.stage, &S3Connection::name);
      found != config.buckets.end()) {
    const std::string at = found->endpoint.empty() ? "" : " at " + found->endpoint;
    return with_prefix("bucket " + found->bucket, found->prefix) + at;
  }
  const auto found = std::ranges::find(config.directories, repeater.stage, &DirectoryConnection::name);
  return found == config.directories.end() ? "" : with_prefix("folder " + found->path, found->prefix);
}

}  // namespace

std::string Target::str() const {
  return kind + std::string(kInto) + table + (method.empty() ? "" : std::string(kBy) + method) + std::string(kStaged) +
         stage;
}

std::optional<LoadMethod> method_in(std::string_view bound) {
  const std::string method = parse(bound).method;
  if (method.empty()) {
    return std::nullopt;
  }
  return method == "COPY" ? LoadMethod::kCopy : LoadMethod::kSnowpipe;
}

Target target_of(const Config& config, const RepeaterConfig& repeater) {
  return {std::string(to_string(repeater.kind)),
          repeater.table.str() + " of " + repeater.destination.str() + schema_of(config, repeater), method_of(repeater),
          stage_of(config, repeater)};
}

bool shares_table(const Target& target, std::string_view bound) { return parse(bound).table == target.table; }

TargetChange compare(const Target& target, std::string_view bound) {
  const Target before = parse(bound);
  if (before.kind != target.kind) {
    return TargetChange::kKind;
  }
  if (before.table != target.table || (!before.stage.empty() && before.stage != target.stage)) {
    return TargetChange::kPlace;
  }
  const bool any_pipe = before.method == kSnowpipe && target.method.starts_with(kSnowpipe);
  if (before.method != target.method && !any_pipe) {
    return TargetChange::kMethod;
  }
  return bound == target.str() ? TargetChange::kNone : TargetChange::kUnnamed;
}

}  // namespace firn
