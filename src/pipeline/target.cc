#include "pipeline/target.h"

#include <algorithm>
#include <string>

#include "model/table.h"

namespace firn {
namespace {

constexpr std::string_view kInto = " documents into table ";
constexpr std::string_view kBy = " by ";
constexpr std::string_view kStaged = ", staged in ";

/// Where the destination's tables lie, as far as its name does not say.
std::string schema_of(const Config& config, const RepeaterConfig& repeater) {
  const auto found = std::ranges::find(config.snowflakes, repeater.destination, &SnowflakeConnection::name);
  return found == config.snowflakes.end()
             ? ""
             : " (" + found->account.token_name + " " + found->database + "." + found->schema + ")";
}

std::string method_of(const RepeaterConfig& repeater) {
  if (!repeater.method) {
    return "";
  }
  return repeater.method == LoadMethod::kCopy ? "COPY" : "Snowpipe";
}

std::string with_prefix(const std::string& place, const std::string& prefix) {
  return prefix.empty() ? place : place + "/" + prefix;
}

std::string stage_of(const Config& config, const RepeaterConfig& repeater) {
  if (const auto found = std::ranges::find(config.buckets, repeater.stage, &S3Connection::name);
      found != config.buckets.end()) {
    return with_prefix("bucket " + found->bucket, found->prefix);
  }
  const auto found = std::ranges::find(config.directories, repeater.stage, &DirectoryConnection::name);
  return found == config.directories.end() ? "" : with_prefix("folder " + found->path, found->prefix);
}

}  // namespace

std::string Target::str() const {
  return kind + std::string(kInto) + table + (method.empty() ? "" : std::string(kBy) + method) + std::string(kStaged) +
         stage;
}

Target target_of(const Config& config, const RepeaterConfig& repeater) {
  return {std::string(to_string(repeater.kind)),
          repeater.table.str() + " of " + repeater.destination.str() + schema_of(config, repeater), method_of(repeater),
          stage_of(config, repeater)};
}

TargetChange compare(const Target& target, std::string_view bound) {
  const std::string now = target.str();
  if (bound == now) {
    return TargetChange::kNone;
  }
  if (!bound.starts_with(target.kind + std::string(kInto))) {
    return TargetChange::kKind;
  }
  if (now.starts_with(std::string(bound) + std::string(kStaged))) {
    return TargetChange::kUnnamed;
  }
  Target other = target;
  for (const char* method : {"COPY", "Snowpipe"}) {
    other.method = method;
    const std::string whole = other.str();
    const bool same = bound == whole || whole.starts_with(std::string(bound) + std::string(kStaged));
    if (!target.method.empty() && same) {
      return TargetChange::kMethod;
    }
  }
  return TargetChange::kPlace;
}

}  // namespace firn
