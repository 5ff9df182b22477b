#include "load/trigger_step.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace firn {
namespace {

constexpr Duration kLookAgain = std::chrono::milliseconds(100);
// Whether a moment has come is looked at so often: the clock may be set, and a machine may sleep.
constexpr Duration kLookAtClock = std::chrono::minutes(1);
// Pack that has not read on for this time does not work.
constexpr Duration kPackStandsStill = std::chrono::minutes(1);

constexpr Duration kLookWhilePackStands = std::chrono::seconds(1);

Position begin_of(Position any) { return Position::make(any.generation(), any.partition(), 0); }

}  // namespace

TriggerStep::TriggerStep(RepeaterName repeater, Catalog& catalog, const Clock& clock, Settings settings,
                         JournalView journal)
    : repeater_(std::move(repeater)),
      catalog_(catalog),
      clock_(clock),
      policy_(std::move(settings.policy)),
      is_draining_(std::move(settings.is_draining)),
      journal_(std::move(journal)),
      facts_(repeater_, catalog, clock, journal_, settings.schedule_since) {}

Position TriggerStep::request_cut() {
  const Position end = journal_.end();
  const MutexLock lock(mutex_);
  request_ = Request{end, std::nullopt};
  return end;
}

TriggerStep::Served TriggerStep::wait_served(Duration limit) {
  const Duration end = clock_.steady() + limit;
  const MutexLock lock(mutex_);
  while (request_) {
    const Duration left = end - clock_.steady();
    if (left <= Duration::zero() || stopping_) {
      return stopping_ ? Served::kStopping : Served::kNotYet;
    }
    served_.wait_for(mutex_, left);
  }
  return Served::kYes;
}

void TriggerStep::stop_waiting() {
  const MutexLock lock(mutex_);
  stopping_ = true;
  served_.notify_all();
}

StepOutcome TriggerStep::run() {
  auto outcome = run_once();
  return outcome ? std::move(*outcome) : StepOutcome::failed(std::move(outcome).error());
}

Result<StepOutcome> TriggerStep::run_once() {
  FIRN_ASSIGN(auto view, facts_.read());
  if (!view.open) {
    return without_batch(view.covered);
  }
  const auto requested = pending(view.open);
  view.facts.requested = requested.has_value();
  view.facts.draining = is_draining_ && is_draining_();
  const auto cause = decide_trigger(policy_, view.facts);
  if (!cause) {
    goal_.reset();
    return wait(view);
  }
  if (*cause == TriggerCause::kThreshold) {
    return view.covered ? cut(*view.open, *view.covered, *cause) : StepOutcome::idle();
  }
  if (*cause == TriggerCause::kOperator) {
    return serve(view, *requested);
  }
  return cut_at_end(view, *cause);
}

Result<StepOutcome> TriggerStep::serve(const TriggerView& view, Position requested) {
  // What was decided past the asked end lies in the open batch already.
  const Position covered = view.covered.value_or(begin_of(requested));
  FIRN_ASSIGN(const bool filled, has_chunk(*view.open));
  if (covered >= requested && !filled) {
    forget(requested);
    return StepOutcome::done();
  }
  remember(view.open->id);
  return cut(*view.open, std::max(requested, covered), TriggerCause::kOperator);
}

StepOutcome TriggerStep::cut_at_end(const TriggerView& view, TriggerCause cause) {
  const Duration now = clock_.steady();
  const Position read = journal_.packed_to();
  if (!goal_ || goal_->batch != view.open->id) {
    goal_ = Goal{view.open->id, journal_.end(), read, now};
  }
  if (read > goal_->read) {
    goal_->read = read;
    goal_->since = now;
  }
  if (read >= goal_->end) {
    return cut(*view.open, std::max(goal_->end, view.covered.value_or(begin_of(goal_->end))), cause);
  }
  if (now - goal_->since < kPackStandsStill) {
    return StepOutcome::idle_for(kLookAgain);
  }
  if (view.covered && view.facts.uningested_bytes > 0) {
    return cut(*view.open, *view.covered, TriggerCause::kSealed);
  }
  goal_->end = journal_.end();  // what comes until pack works again belongs to the same backlog
  return StepOutcome::idle_for(kLookWhilePackStands);
}

Result<StepOutcome> TriggerStep::wait(const TriggerView& view) {
  // A clock that was set back opens no old directory.
  const bool is_past = view.facts.now > view.open->opened_at;
  if (is_past && format_period(policy_.period, view.facts.now) != view.open->period) {
    FIRN_ASSIGN(const bool filled, has_chunk(*view.open));
    if (!filled) {
      return cut(*view.open, view.covered.value_or(begin_of(journal_.end())), TriggerCause::kPeriod);
    }
  }
  const TriggerTimes times = trigger_times(policy_, view.facts);
  if (policy_.max_age <= Duration::zero() && !policy_.schedule) {
    return StepOutcome::idle();
  }
  const Timestamp never = view.facts.now + kLookAtClock;
  return StepOutcome::idle_for(std::min({times.max_age.value_or(never), times.schedule.value_or(never), never}) -
                               view.facts.now);
}

StepOutcome TriggerStep::without_batch(std::optional<Position> cursor) {
  const auto requested = pending(std::nullopt);
  if (!requested) {
    return StepOutcome::idle();
  }
  if (!cursor && requested->offset() == 0) {
    forget(*requested);
    return StepOutcome::idle();
  }
  return StepOutcome::idle_for(kLookAgain);  // pack opens the first batch before it decides anything
}

StepOutcome TriggerStep::cut(const Batch& open, Position at, TriggerCause cause) {
  const Timestamp now = clock_.now();
  CutBatch transition{repeater_, open.id, at, cause, format_period(policy_.period, now), now};
  // Batches close in the order of their times: a schedule counts from here, and must not come again when somebody sets
  // the clock back.
  transition.at = std::max(now, open.opened_at);
  return StepOutcome::done({std::move(transition)});
}

Result<bool> TriggerStep::has_chunk(const Batch& batch) {
  ChunkFilter filter;
  filter.repeater = repeater_;
  filter.batch = batch.id;
  filter.limit = 1;
  FIRN_ASSIGN(const auto chunks, catalog_.chunks(filter));
  return !chunks.empty();
}

std::optional<Position> TriggerStep::pending(const std::optional<Batch>& open) {
  const MutexLock lock(mutex_);
  if (request_ && request_->closing && open && *request_->closing != open->id) {
    request_.reset();
    served_.notify_all();
  }
  return request_ ? std::optional<Position>(request_->end) : std::nullopt;
}

void TriggerStep::forget(Position end) {
  const MutexLock lock(mutex_);
  if (request_ && request_->end <= end) {
    request_.reset();
    served_.notify_all();
  }
}

void TriggerStep::remember(BatchId closing) {
  const MutexLock lock(mutex_);
  if (request_) {
    request_->closing = closing;
  }
}

}  // namespace firn
