#include "pipeline/target_guard.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/target.h"

namespace firn {
namespace {

const std::vector<ChunkState> kOnTheirWay{ChunkState::kPacked, ChunkState::kStaged, ChunkState::kSubmitted,
                                          ChunkState::kQuarantined};
const std::vector<ChunkState> kWithFiles{ChunkState::kPacked,      ChunkState::kStaged, ChunkState::kSubmitted,
                                         ChunkState::kQuarantined, ChunkState::kLoaded, ChunkState::kReplaced};

Result<bool> has_no_chunk(Catalog& catalog, const RepeaterName& repeater, const std::vector<ChunkState>& states) {
  FIRN_ASSIGN(const auto found, catalog.chunks({.repeater = repeater, .states = states, .limit = 1}));
  return found.empty();
}

}  // namespace

Result<bool> has_nothing_on_its_way(Catalog& catalog, const RepeaterName& repeater) {
  return has_no_chunk(catalog, repeater, kOnTheirWay);
}

bool TargetGuard::admits(const Config& config, const RepeaterConfig& repeater,
                         const std::function<bool()>& is_all_decided) {
  const Target wanted = target_of(config, repeater);
  const std::string target = wanted.str();
  if (!admits_table(repeater.name, wanted)) {
    return false;
  }
  const auto bound = catalog_.bind_target(repeater.name, target);
  if (!bound) {
    cannot_tell(repeater.name, bound.error());
    return false;
  }
  switch (compare(wanted, *bound)) {
    case TargetChange::kNone:
      // A drain let the price decide anew, and it has taken the same way again.
      return !repeater.method_is_auto || !has_nothing_on_its_way(catalog_, repeater.name).value_or(false) ||
             remember(repeater.name, target);
    case TargetChange::kUnnamed:
      return remember(repeater.name, target);
    case TargetChange::kMethod:
      return admits_method(repeater.name, target, *bound);
    case TargetChange::kPlace:
      return admits_place(repeater.name, target, *bound, is_all_decided);
    case TargetChange::kKind:
      refuse(repeater.name, target, *bound, "a repeater keeps its kind. Give the new one a repeater of its own");
      return false;
  }
  return false;
}

void TargetGuard::cannot_tell(const RepeaterName& repeater, const Error& error) {
  alarms_.raise("repeater.target_unknown", repeater.str(),
                "whether its rows go where they went before cannot be told: " + error.message() +
                    ". It answers 503 and does nothing");
}

bool TargetGuard::admits_table(const RepeaterName& repeater, const Target& wanted) {
  const auto targets = catalog_.targets();
  if (!targets) {
    cannot_tell(repeater, targets.error());
    return false;
  }
  const auto own = targets->find(repeater);
  if (own != targets->end() && shares_table(wanted, own->second)) {
    return true;
  }
  const auto other =
      std::ranges::find_if(*targets, [&](const auto& each) { return shares_table(wanted, each.second); });
  if (other == targets->end()) {
    return true;
  }
  alarms_.raise("repeater.table_taken", repeater.str(),
                "firn.toml gives it table " + wanted.table + ", which repeater " + other->first.str() +
                    " has filled. What that one knows of the table would not go over to the new name, and a document "
                    "that is sent again would be a row twice. It answers 503 and does nothing: a repeater keeps its "
                    "name, or the new one gets a table of its own, after `firn drain " +
                    other->first.str() + "` under the old name");
  return false;
}

bool TargetGuard::admits_method(const RepeaterName& repeater, const std::string& target, const std::string& bound) {
  if (has_nothing_on_its_way(catalog_, repeater).value_or(false) && remember(repeater, target)) {
    return true;
  }
  refuse(repeater, target, bound,
         "chunks wait that went the old way: Snowpipe and COPY do not know of each other's files, and a row could come "
         "twice. Set method back, start firn, run `firn drain " +
             repeater.str() + "`, then change it");
  return false;
}

bool TargetGuard::admits_place(const RepeaterName& repeater, const std::string& target, const std::string& bound,
                               const std::function<bool()>& is_all_decided) {
  const bool drained = controls_.is_draining(repeater) &&
                       has_no_chunk(catalog_, repeater, kWithFiles).value_or(false) && is_all_decided();
  if (drained && remember(repeater, target)) {
    return true;
  }
  refuse(
      repeater, target, bound,
      "what is on its way would be split between two places, and documents that it knows would be missing in the new "
      "one. Set it back, start firn, run `firn drain " +
          repeater.str() + "`, then change it; what came before stays in the old table");
  return false;
}

bool TargetGuard::remember(const RepeaterName& repeater, const std::string& target) {
  if (!catalog_.change_target(repeater, target)) {
    return false;
  }
  if (controls_.is_draining(repeater)) {
    static_cast<void>(controls_.end_drain(repeater));  // one that fails leaves the repeater closed, with its alarm
  }
  return true;
}

void TargetGuard::refuse(const RepeaterName& repeater, const std::string& target, const std::string& bound,
                         const std::string& why) {
  alarms_.raise(
      "repeater.target_changed", repeater.str(),
      "firn.toml now says " + target + ", but its rows went as " + bound + ". It answers 503 and does nothing: " + why);
}

}  // namespace firn
