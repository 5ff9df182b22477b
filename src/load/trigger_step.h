#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "load/trigger_policy.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "model/names.h"
#include "model/position.h"
#include "model/step.h"

namespace firn {

/// Closes the open batch of one repeater: at the last sealed chunk when it is large enough, at the journal's end when
/// an operator asks.
class TriggerStep final : public Step {
 public:
  /// `journal_end` gives the position that the next record will get; called from any thread.
  TriggerStep(RepeaterName repeater, Catalog& catalog, const Clock& clock, TriggerPolicy policy,
              std::function<Position()> journal_end);

  /// Asks for a cut at the end that the journal has now, and returns that end. The cut is made by a later run(), unless
  /// nothing waits to be ingested. Requests before that run become one. Lost when the process ends. Threads: any.
  Position request_cut() FIRN_EXCLUDES(mutex_);

  enum class Served { kYes, kNotYet, kStopping };
  /// Waits until no request is left to be served, `limit` at most. Threads: any.
  Served wait_served(Duration limit) FIRN_EXCLUDES(mutex_);
  /// Lets those who wait go: nothing runs any more, and what was asked for is lost.
  void stop_waiting() FIRN_EXCLUDES(mutex_);

  [[nodiscard]] std::string_view name() const override { return "trigger"; }
  StepOutcome run() override;

 private:
  struct Request {
    Position end;
    std::optional<BatchId> closing;  ///< the open batch that a run has cut for it
  };

  Result<StepOutcome> run_once();
  StepOutcome without_batch(std::optional<Position> cursor);
  StepOutcome cut(const Batch& open, Position at, TriggerCause cause);
  Result<std::optional<Batch>> open_batch();
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
  const std::function<Position()> journal_end_;
  Mutex mutex_;
  Condition served_;
  std::optional<Request> request_ FIRN_GUARDED_BY(mutex_);
  bool stopping_ FIRN_GUARDED_BY(mutex_) = false;
};

}  // namespace firn
