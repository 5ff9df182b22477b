#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/catalog.h"
#include "model/names.h"
#include "model/step.h"
#include "observe/alarms.h"

namespace firn {

/// Watches the quarantine of every repeater: a step of its own that looks every ten seconds. `quarantine.growth` stands
/// for a repeater while records are open there of which the newest came within the last day; it goes when a person has
/// settled them all, or a day has passed without another. `quarantine.chunk` stands while a chunk is held.
class QuarantineWatch final : public Step {
 public:
  static constexpr Duration kFresh = std::chrono::hours(24);

  /// `catalog`, `clock` and `alarms` must outlive the watch.
  QuarantineWatch(Catalog& catalog, const Clock& clock, Alarms& alarms, std::vector<RepeaterName> repeaters)
      : catalog_(catalog), clock_(clock), alarms_(alarms), repeaters_(std::move(repeaters)) {}

  [[nodiscard]] std::string_view name() const override { return "quarantine_watch"; }
  StepOutcome run() override;

 private:
  struct Seen {
    std::optional<std::pair<RepeaterName, Position>> last{};
    std::optional<Timestamp> newest;
    std::optional<ChunkId> chunk;  ///< the oldest that is held
  };

  Status look_at(const RepeaterName& repeater, Seen& seen);
  Status look_at_chunks(const RepeaterName& repeater, Seen& seen);
  /// Reads what came since the last look; true when anything did.
  Result<bool> read_on(const RepeaterName& repeater, Seen& seen);

  Catalog& catalog_;
  const Clock& clock_;
  Alarms& alarms_;
  const std::vector<RepeaterName> repeaters_;
  std::map<RepeaterName, Seen> seen_;
};

}  // namespace firn
