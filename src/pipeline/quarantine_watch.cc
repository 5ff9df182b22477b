#include "pipeline/quarantine_watch.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/time.h"
#include "model/quarantine.h"

namespace firn {
namespace {

constexpr Duration kBetweenLooks = std::chrono::seconds(10);
constexpr const char* kAlarm = "quarantine.growth";
constexpr const char* kChunkAlarm = "quarantine.chunk";

}  // namespace

StepOutcome QuarantineWatch::run() {
  for (const RepeaterName& repeater : repeaters_) {
    if (Status looked = look_at(repeater, seen_[repeater]); !looked) {
      return StepOutcome::failed(std::move(looked).error());
    }
  }
  return StepOutcome::idle_for(kBetweenLooks);
}

Status QuarantineWatch::look_at(const RepeaterName& repeater, Seen& seen) {
  FIRN_ASSIGN(const bool grown, read_on(repeater, seen));
  FIRN_ASSIGN(const auto totals, catalog_.totals(repeater));
  if (totals.quarantine_open == 0 || !seen.newest || clock_.now() - *seen.newest > kFresh) {
    alarms_.clear(kAlarm, repeater.str());
  } else if (grown) {
    const std::string what =
        totals.quarantine_open == 1 ? "a record waits" : std::to_string(totals.quarantine_open) + " records wait";
    alarms_.raise(kAlarm, repeater.str(),
                  what + " in quarantine, the newest since " + format_iso8601(*seen.newest) + "; all others went on");
  }
  return look_at_chunks(repeater, seen);
}

Status QuarantineWatch::look_at_chunks(const RepeaterName& repeater, Seen& seen) {
  FIRN_ASSIGN(const auto held,
              catalog_.chunks({.repeater = repeater, .states = {ChunkState::kQuarantined}, .limit = 1}));
  const auto before = seen.chunk;
  seen.chunk = held.empty() ? std::nullopt : std::optional(held.front().id);
  if (held.empty()) {
    alarms_.clear(kChunkAlarm, repeater.str());
  } else if (seen.chunk != before) {
    alarms_.raise(kChunkAlarm, repeater.str(),
                  "chunk " + std::to_string(held.front().id) + " is held: " + held.front().reason +
                      "; its file is kept, and all others went on");
  }
  return {};
}

Result<bool> QuarantineWatch::read_on(const RepeaterName& repeater, Seen& seen) {
  bool grown = false;
  while (true) {
    FIRN_ASSIGN(const auto records,
                catalog_.quarantined({.repeater = repeater, .states = {QuarantineState::kOpen}, .behind = seen.last}));
    if (records.empty()) {
      return grown;
    }
    for (const QuarantinedRecord& record : records) {
      seen.newest = std::max(seen.newest.value_or(record.quarantined_at), record.quarantined_at);
    }
    seen.last = {repeater, records.back().position};
    grown = true;
  }
}

}  // namespace firn
