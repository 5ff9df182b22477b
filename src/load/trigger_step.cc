#include "load/trigger_step.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace firn {
namespace {

// The partition of the file journal.
constexpr std::uint64_t kPartition = 0;
constexpr Duration kLookAgain = std::chrono::milliseconds(100);

}  // namespace

TriggerStep::TriggerStep(RepeaterName repeater, Catalog& catalog, const Clock& clock, TriggerPolicy policy,
                         std::function<Position()> journal_end)
    : repeater_(std::move(repeater)),
      catalog_(catalog),
      clock_(clock),
      policy_(policy),
      journal_end_(std::move(journal_end)) {}

Position TriggerStep::request_cut() {
  const Position end = journal_end_();
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
  FIRN_ASSIGN(const auto open, open_batch());
  FIRN_ASSIGN(const auto cursor, catalog_.cursor(repeater_, kPartition));
  if (!open) {
    return without_batch(cursor);
  }
  const auto requested = pending(open);
  FIRN_ASSIGN(const auto totals, catalog_.totals(repeater_));
  const auto cause = decide_trigger(policy_, {totals.uningested_bytes, requested.has_value()});
  if (!cause) {
    return StepOutcome::idle();
  }
  if (!requested) {
    return cursor ? cut(*open, *cursor, *cause) : StepOutcome::idle();
  }
  // What was decided past the asked end lies in the open batch already.
  const Position decided = cursor.value_or(Position::make(requested->generation(), requested->partition(), 0));
  FIRN_ASSIGN(const bool filled, has_chunk(*open));
  if (decided >= *requested && !filled) {
    forget(*requested);
    return StepOutcome::done();
  }
  return cut(*open, std::max(*requested, decided), *cause);
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
  remember(open.id);
  const Timestamp now = clock_.now();
  return StepOutcome::done({CutBatch{repeater_, open.id, at, cause, format_month(now), now}});
}

Result<std::optional<Batch>> TriggerStep::open_batch() {
  BatchFilter filter;
  filter.repeater = repeater_;
  filter.states = {BatchState::kOpen};
  filter.limit = 1;
  FIRN_ASSIGN(auto batches, catalog_.batches(filter));
  return batches.empty() ? std::nullopt : std::optional<Batch>(std::move(batches.front()));
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
