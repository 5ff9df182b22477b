#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/time.h"
#include "model/batch.h"
#include "model/period.h"

namespace firn {

/// When a repeater's open batch is to be closed.
struct TriggerPolicy {
  std::uint64_t threshold_bytes = 0;  ///< uncompressed bytes in the open batch; 0: never for this reason
  Duration max_age{0};                ///< of the oldest record that no trigger has covered; 0: never for this reason
  /// The schedule's first moment after the given one, nothing when there is none. Empty: no schedule.
  std::function<std::optional<Timestamp>(Timestamp)> schedule{};
  Period period = Period::kMonth;  ///< that the next batch's directory is named for
};

/// What the decision is made from. All of it survives a restart but `waited`, which matters only to a clock that was
/// set back.
struct TriggerFacts {
  std::uint64_t uningested_bytes = 0;  ///< uncompressed, in the open batch
  bool requested = false;              ///< an operator asked
  bool draining = false;               ///< the repeater is to be emptied
  Timestamp now{};
  /// The schedule counts from here: the last trigger that covered everything, or the schedule's own setting.
  Timestamp since{};
  std::optional<Timestamp> oldest{};  ///< receipt of the oldest record that no trigger has covered; none: none waits
  Duration waited{0};                 ///< how long this process has seen one waiting, by steady time
};

/// When time alone makes a trigger fire, if nothing else happens; nothing: it will not.
struct TriggerTimes {
  std::optional<Timestamp> max_age;
  std::optional<Timestamp> schedule;
};

/// The age counts from the oldest record's receipt, or from when this process saw it first when the clock was set back
/// since then. A schedule fires at its first moment after the oldest record came: what was due while nothing waited, or
/// while Firn did not run, is due once, and never again after a trigger.
TriggerTimes trigger_times(const TriggerPolicy& policy, const TriggerFacts& facts);

/// The cause to close the open batch now; nothing while it stays open. The threshold goes first, since its batch has
/// the size it should have; then an operator's word.
std::optional<TriggerCause> decide_trigger(const TriggerPolicy& policy, const TriggerFacts& facts);

}  // namespace firn
