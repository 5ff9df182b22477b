#pragma once

#include <functional>
#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "load/trigger_policy.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "model/names.h"
#include "model/position.h"

namespace firn {

/// What triggers need to know of the journal and of pack. Called from any thread.
struct JournalView {
  std::function<Position()> end;  ///< the position that the next record will get
  /// Up to where pack has read, whether it is decided or not.
  std::function<Position()> packed_to;
  /// Receipt of the first record from there on, of the first there is without a position; nothing when there is none.
  std::function<Result<std::optional<Timestamp>>(std::optional<Position>)> received_at;
};

/// What a trigger is decided from, and where it would cut.
struct TriggerView {
  std::optional<Batch> open;  ///< none before the first one
  /// Everything before it is decided or belongs to a batch that is closing; none before the first decision.
  std::optional<Position> covered;
  TriggerFacts facts;  ///< without `requested` and `draining`
};

/// Reads the facts of one repeater. Threads: any.
class TriggerFactsReader {
 public:
  /// `schedule_since` is when the schedule was set.
  TriggerFactsReader(RepeaterName repeater, Catalog& catalog, const Clock& clock, JournalView journal,
                     Timestamp schedule_since);

  Result<TriggerView> read() FIRN_EXCLUDES(mutex_);

 private:
  /// The receipt of the first record behind a place, which does not change.
  struct First {
    std::optional<Position> from;
    Timestamp received_at;
  };
  /// Since when a record has been seen waiting in a batch.
  struct Waiting {
    BatchId batch = 0;
    Duration since{};
  };

  Status look_at_batches(TriggerView& view) FIRN_REQUIRES(mutex_);
  std::optional<Timestamp> oldest(const RepeaterTotals& totals, const TriggerView& view) FIRN_REQUIRES(mutex_);
  std::optional<Timestamp> oldest_in_journal(const TriggerView& view) FIRN_REQUIRES(mutex_);
  Duration waited(const Batch& open, bool waits) FIRN_REQUIRES(mutex_);

  const RepeaterName repeater_;
  Catalog& catalog_;
  const Clock& clock_;
  const JournalView journal_;
  const Timestamp schedule_since_;
  Mutex mutex_;
  BatchId looked_at_ FIRN_GUARDED_BY(mutex_) = 0;  ///< batches up to this one are in `covered_at_`
  Timestamp covered_at_
      FIRN_GUARDED_BY(mutex_){};  ///< when a trigger covered everything last, or the first batch opened
  std::optional<First> first_ FIRN_GUARDED_BY(mutex_);
  std::optional<Waiting> waiting_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
