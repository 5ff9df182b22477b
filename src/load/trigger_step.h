#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "load/trigger_facts.h"
#include "load/trigger_policy.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "model/names.h"
#include "model/position.h"
#include "model/step.h"

namespace firn {

/// Closes the open batch of one repeater by its policy: at the last sealed chunk when it is large enough, at the
/// journal's end for other causes. A batch that age or schedule closes waits until pack has read up to that end, so
/// that what an outage has left goes out in batches of the threshold's size; while pack stands still, what is sealed
/// goes without it. A batch in which there is nothing when its period is over closes too, and the next one lies in the
/// new period's directory. A batch that has chunks stays in the period in which it was opened.
class TriggerStep final : public Step {
 public:
  struct Settings {
    TriggerPolicy policy;
    Timestamp schedule_since{};           ///< when the schedule was set
    std::function<bool()> is_draining{};  ///< true while the repeater is to be emptied; empty: never
  };
  TriggerStep(RepeaterName repeater, Catalog& catalog, const Clock& clock, Settings settings, JournalView journal);

  /// Asks for a cut at the end that the journal has now, and returns that end. The cut is made by a later run(), unless
  /// nothing waits to be ingested. Requests before that run become one. Lost when the process ends. Threads: any.
  Position request_cut() FIRN_EXCLUDES(mutex_);

  enum class Served { kYes, kNotYet, kStopping };
  /// Waits until no request is left to be served, `limit` at most. Threads: any.
  Served wait_served(Duration limit) FIRN_EXCLUDES(mutex_);
  /// Lets those who wait go: nothing runs any more, and what was asked for is lost.
  void stop_waiting() FIRN_EXCLUDES(mutex_);

  /// What the next trigger will be decided from. Threads: any.
  Result<TriggerView> view() { return facts_.read(); }
  [[nodiscard]] const TriggerPolicy& policy() const { return policy_; }

  [[nodiscard]] std::string_view name() const override { return "trigger"; }
  StepOutcome run() override;

 private:
  struct Request {
    Position end;
    std::optional<BatchId> closing;  ///< the open batch that a run has cut for it
  };

  /// Where a batch is to be cut that is due by time.
  struct Goal {
    BatchId batch = 0;
    Position end;
    Position read;     ///< by pack, at most so far
    Duration since{};  ///< steady time when it was read
  };

  Result<StepOutcome> run_once();
  StepOutcome without_batch(std::optional<Position> cursor);
  Result<StepOutcome> serve(const TriggerView& view, Position requested);
  StepOutcome cut_at_end(const TriggerView& view, TriggerCause cause);
  Result<StepOutcome> wait(const TriggerView& view);
  StepOutcome cut(const Batch& open, Position at, TriggerCause cause);
  Result<bool> has_chunk(const Batch& batch);
  /// The request still to be served; one whose batch is closed by now is forgotten.
  std::optional<Position> pending(const std::optional<Batch>& open) FIRN_EXCLUDES(mutex_);
  /// Forgets the request for this end or an earlier one.
  void forget(Position end) FIRN_EXCLUDES(mutex_);
  void remember(BatchId closing) FIRN_EXCLUDES(mutex_);

  const RepeaterName repeater_;
  Catalog& catalog_;
  const Clock& clock_;
  const TriggerPolicy policy_;
  const std::function<bool()> is_draining_;
  const JournalView journal_;
  TriggerFactsReader facts_;
  std::optional<Goal> goal_;
  Mutex mutex_;
  Condition served_;
  std::optional<Request> request_ FIRN_GUARDED_BY(mutex_);
  bool stopping_ FIRN_GUARDED_BY(mutex_) = false;
};

}  // namespace firn
