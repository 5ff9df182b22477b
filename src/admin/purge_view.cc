#include "admin/purge_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <optional>
#include <string>
#include <utility>

#include "admin/find_line.h"
#include "admin/json.h"
#include "model/chunk.h"
#include "pipeline/repeater_line.h"
#include "purge/retention.h"

namespace firn {
namespace {

using boost::json::array;
using boost::json::object;

/// When a file goes; nothing: not before something else happens.
struct Fate {
  std::optional<Timestamp> at;
  std::string why;
};

std::string kept_text(const RetentionPolicy& policy) {
  if (policy.at_once) {
    return "the repeater is being drained";
  }
  return policy.keep_staged ? "keep_staged is " + format_duration(*policy.keep_staged)
                            : std::string("kept until a later batch is loaded, 55 days at most");
}

Fate fate_of(const Chunk& chunk, const Retention& retention, const RetentionPolicy& policy) {
  switch (chunk.state) {
    case ChunkState::kLoaded:
      return {retention.due_at(chunk),
              "proven loaded; " +
                  (retention.is_followed(chunk) ? std::string("a later batch is loaded") : kept_text(policy))};
    case ChunkState::kReplaced:
      return {retention.due_at(chunk), "replaced by its next attempt; " + kept_text(policy)};
    case ChunkState::kQuarantined:
      return {std::nullopt, "in quarantine, which never expires"};
    case ChunkState::kSubmitted:
      return {std::nullopt, "not proven loaded: the destination was asked"};
    case ChunkState::kPacked:
    case ChunkState::kStaged:
    case ChunkState::kPurged:
      break;
  }
  return {std::nullopt, "not loaded yet"};
}

Status add_line(Daemon& daemon, RepeaterLine& line, array& files) {
  const RetentionPolicy policy{line.config().keep_staged, line.is_draining()};
  FIRN_ASSIGN(const auto retention, Retention::of(daemon.catalog(), line.name(), policy));
  FIRN_ASSIGN(const auto chunks,
              daemon.catalog().chunks({.repeater = line.name(),
                                       .states = {ChunkState::kPacked, ChunkState::kStaged, ChunkState::kSubmitted,
                                                  ChunkState::kLoaded, ChunkState::kReplaced, ChunkState::kQuarantined},
                                       .limit = kEverything}));
  for (const Chunk& chunk : chunks) {
    const Fate fate = fate_of(chunk, retention, policy);
    files.push_back(
        object{{"repeater", line.name().str()},
               {"key", chunk.key.str()},
               {"state", to_string(chunk.state)},
               {"rows", chunk.rows},
               {"bytes_compressed", chunk.bytes_compressed},
               {"goes_at", json_time(fate.at ? std::optional(std::max(*fate.at, chunk.packed_at)) : std::nullopt)},
               {"why", fate.why}});
  }
  return {};
}

}  // namespace

Result<object> purge_view(Daemon& daemon, const std::string& repeater) {
  FIRN_ASSIGN(const auto lines, find_lines(daemon, repeater));
  array files;
  for (RepeaterLine* line : lines) {
    FIRN_TRY(add_line(daemon, *line, files));
  }
  return object{{"now", format_iso8601(daemon.clock().now())}, {"files", std::move(files)}};
}

}  // namespace firn
