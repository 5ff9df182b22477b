#include "tests/support/trigger_life.h"
#include "model/open_batch.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "base/cron.h"
#include "model/open_batch.h"
#include "platform/time_zone.h"
#include "tests/support/catalog_scenario.h"

namespace firn {
namespace {

using std::chrono::minutes;
using What = LifeEvent::Kind;

constexpr Duration kChunkAge = std::chrono::hours(1);
constexpr Duration kLook = minutes(1);
constexpr Duration kSlowHop = std::chrono::seconds(20);
constexpr Duration kLongestHop = std::chrono::hours(24 * 30);
constexpr std::uint64_t kLargestChunk = TriggerLife::kChunkBytes + TriggerLife::kLargestRecord;
constexpr int kMostRounds = 10'000;

RepeaterName repeater() { return CatalogScenario::repeater(); }

}  // namespace

TriggerLife::TriggerLife(const LifeSettings& settings, Duration late, bool has_restarts)
    : late_(late), has_restarts_(has_restarts) {
  start(settings);
  settle();
}

void TriggerLife::live(const LifeEvent& event) {
  pass(event.after);
  act(event);
  settle();
}

void TriggerLife::pass(Duration time) {
  Duration hop = kSlowHop;
  while (time > Duration::zero() && fault_.empty()) {
    const Duration step = std::min({time, hop, until_due()});
    clock_.advance(step);
    time -= step;
    hop = settle() && speed_ != LifeEvent::kQuick ? kSlowHop : std::min(hop * 2, kLongestHop);
  }
}

void TriggerLife::act(const LifeEvent& event) {
  switch (event.kind) {
    case What::kForms:
      return receive(event.amount);
    case What::kSetClock:
      set_back_ += event.by < Duration::zero() ? 1U : 0U;
      return clock_.set(clock_.now() + event.by);
    case What::kSleep:
      return clock_.set(clock_.now() + event.by);
    case What::kOff:
      clock_.advance(event.by);
      return start(settings_);
    case What::kSettings:
      return start(event.settings);
    case What::kIngest:
      trigger_->request_cut();
      ++requests_;
      return;
    case What::kPause:
      is_paused_ = true;
      is_exempt_ = true;
      return;
    case What::kResume:
      is_paused_ = false;
      waits_since_.reset();
      stands_since_.reset();
      return;
    case What::kPack:
      speed_ = event.amount;
      return;
    case What::kLoad:
      loads_ = event.amount != 0;
      return;
    case What::kRestart:
      return has_restarts_ && requests_ == 0 ? restart(event.amount) : void();
  }
}

/// Their sizes are all kinds; every seventh makes no row.
void TriggerLife::receive(std::uint64_t count) {
  for (; count > 0; --count) {
    const std::uint64_t number = forms_.size();
    const std::uint64_t bytes = number % 7 == 3 ? 0 : number * 31 % kLargestRecord + 1;
    forms_.push_back({clock_.now(), clock_.steady(), bytes, false, set_back_});
  }
}

/// Now, or around the next cut.
void TriggerLife::restart(std::uint64_t when) {
  crash_ = when;
  if (when == 0) {
    start(settings_);
  }
}

/// The process begins, as RepeaterLine makes its steps.
void TriggerLife::start(const LifeSettings& settings) {
  is_exempt_ = is_exempt_ || settings.threshold != settings_.threshold;
  settings_ = settings;
  schedule_.reset();
  std::string words;
  TriggerStep::Settings made{{settings.threshold, settings.max_age, {}, settings.period}, {}};
  if (!settings.cron.empty()) {
    schedule_.emplace(CronExpression::parse(settings.cron).value(), TimeZone::load(settings.zone).value());
    words = schedule_->text();
    made.policy.schedule = [schedule = *schedule_](Timestamp after) { return schedule.next_after(after); };
  }
  made.schedule_since = catalog_.schedule_since(repeater(), words, clock_.now()).value();
  if (std::exchange(words_, words) != words) {
    counts_from_ = std::max(counts_from_, clock_.now());
  }
  JournalView view{[this] { return end(); }, [this] { return read_to_; },
                   [this](std::optional<Position> from) {
                     const std::uint64_t first = from.value_or(Position()).offset();
                     return Result<std::optional<Timestamp>>(
                         first < forms_.size() ? std::optional(forms_[first].received_at) : std::nullopt);
                   }};
  trigger_ = std::make_unique<TriggerStep>(repeater(), catalog_, clock_, std::move(made), std::move(view));
  from_ = read_to_ = Position();
  range_bytes_ = 0;
  begun_ = clock_.steady();
  requests_ = 0;
  crash_ = 0;
  waits_since_.reset();
  stands_since_.reset();
}

/// Lets everybody work until nobody has anything to do; true when somebody had.
bool TriggerLife::settle() {
  budget_ = speed_;
  int rounds = 0;
  for (bool moved = true; moved && fault_.empty(); ++rounds) {
    moved = !is_paused_ && run_trigger();
    moved = pack() || moved;
    moved = (loads_ && submit()) || moved;
    require(rounds < kMostRounds, "a machine comes to rest");
  }
  if (trigger_->wait_served(Duration::zero()) == TriggerStep::Served::kYes) {
    requests_ = 0;
  }
  check_waiting();
  return rounds > 1;
}

bool TriggerLife::run_trigger() {
  const StepOutcome outcome = trigger_->run();
  require(outcome.result == StepResult::kIdle || outcome.result == StepResult::kDone, "a look does not fail");
  if (outcome.transitions.empty()) {
    check_idle(outcome);
    return outcome.result == StepResult::kDone;
  }
  const auto& cut = std::get<CutBatch>(outcome.transitions.at(0));
  // What pack is to decide at this very moment may come before or after a cut: that is left open.
  const bool is_tie = read_to_ > from_ && clock_.now() - forms_[from_.offset()].received_at >= kChunkAge;
  const bool crashes = requests_ == 0 && cut.cause != TriggerCause::kPeriod && !is_tie;
  const std::uint64_t crash = crashes ? std::exchange(crash_, 0) : 0;
  if (crash == 1) {
    start(settings_);
    return true;
  }
  check_cut(cut, find_open_batch(catalog_, repeater()).value().value());
  commit(outcome.transitions);
  if (crash == 2) {
    start(settings_);
  }
  return true;
}

/// PackStep in short.
bool TriggerLife::pack() {
  const Position cursor = catalog_.cursor(repeater(), 0).value().value_or(Position());
  const auto batch = catalog_.batch_at(repeater(), cursor).value();
  if (!batch) {
    commit({OpenFirstBatch{repeater(), format_period(settings_.period, clock_.now()), clock_.now()}});
    counts_from_ = std::max(counts_from_, clock_.now());
    return true;
  }
  const bool is_watched = settings_.threshold > 0 && !is_paused_ && batch->state == BatchState::kOpen;
  if (is_watched && uningested() >= settings_.threshold) {
    return false;
  }
  const bool begins = from_ != cursor || (batch->cut && read_to_ > *batch->cut);
  if (begins) {
    from_ = read_to_ = cursor;
    range_bytes_ = 0;
  }
  if (read_to_ == from_) {
    begun_ = clock_.steady();
  }
  const bool has_read = read_on(batch->cut ? std::min(*batch->cut, end()) : end()) || begins;
  if (read_to_ == from_) {
    return has_read;
  }
  const bool at_cut = batch->cut && read_to_ >= *batch->cut;
  const Duration age = std::max(clock_.now() - forms_[from_.offset()].received_at, clock_.steady() - begun_);
  return at_cut || range_bytes_ >= kChunkBytes || age >= kChunkAge ? seal(*batch) : has_read;
}

bool TriggerLife::read_on(Position end) {
  const Position before = read_to_;
  for (; read_to_ < end && budget_ > 0 && range_bytes_ < kChunkBytes; --budget_) {
    range_bytes_ += forms_[read_to_.offset()].bytes;
    read_to_ = read_to_.plus(1);
  }
  if (read_to_ > before) {
    stands_since_.reset();
  }
  return read_to_ > before;
}

bool TriggerLife::seal(const Batch& batch) {
  DecideRange decision;
  decision.repeater = repeater();
  decision.from = from_;
  decision.next = read_to_;
  Chunk chunk;
  chunk.repeater = repeater();
  chunk.batch = batch.id;
  chunk.range = {from_, Position(read_to_.value() - 1)};
  chunk.bytes_uncompressed = range_bytes_;
  chunk.oldest_received_at = forms_[from_.offset()].received_at;
  for (Position at = from_; at < read_to_; at = at.plus(1)) {
    Form& form = forms_[at.offset()];
    chunk.oldest_received_at = std::min(chunk.oldest_received_at, form.received_at);
    form.is_settled = range_bytes_ == 0;
    if (form.bytes > 0) {
      decision.versions.push_back({document_key("demo", at.str()), at, {}, {}, ++chunk.rows, form.received_at});
    }
  }
  if (chunk.rows > 0) {
    decision.chunk = chunk;
  }
  commit({decision});
  check_uningested();
  return true;
}

/// Takes closed batches away, as if a destination had answered.
bool TriggerLife::submit() {
  const auto cursor = catalog_.cursor(repeater(), 0).value();
  const auto closing = catalog_.batches({.repeater = repeater(), .states = {BatchState::kClosing}}).value();
  if (closing.empty() || !cursor || *closing.front().cut > *cursor) {
    return false;
  }
  std::vector<Transition> moves;
  const auto chunks = catalog_.chunks({.repeater = repeater(), .batch = closing.front().id}).value();
  for (const Chunk& chunk : chunks) {
    moves.emplace_back(MoveChunk{chunk.id, ChunkState::kPacked, ChunkState::kStaged, clock_.now(), {}});
  }
  const BatchState to = moves.empty() ? BatchState::kPurged : BatchState::kSubmitted;
  moves.emplace_back(MoveBatch{closing.front().id, BatchState::kClosing, to, clock_.now(),
                               to == BatchState::kSubmitted ? "a request" : ""});
  commit(moves);
  return true;
}

void TriggerLife::commit(const std::vector<Transition>& transitions) {
  const Status committed = catalog_.commit(transitions);
  require(committed.has_value(), committed ? "" : committed.error().message());
}

std::uint64_t TriggerLife::uningested() { return catalog_.totals(repeater()).value().uningested_bytes; }

/// Until something is due, as the life knows it; what is overdue already does not count.
Duration TriggerLife::until_due() const {
  Duration next = Duration::max();
  const auto add = [&](Duration left) { next = left > Duration::zero() ? std::min(next, left) : next; };
  if (read_to_ > from_) {
    add(forms_[from_.offset()].received_at + kChunkAge - clock_.now());
  }
  if (stands_since_) {
    add(kLook);
  }
  if (const Form* form = oldest()) {
    if (settings_.max_age > Duration::zero()) {
      add(form->received_at + settings_.max_age + late_ - clock_.now());
      add(waits_since_.value_or(clock_.steady()) + settings_.max_age + late_ - clock_.steady());
    }
    if (const auto moment = next_moment()) {
      add(*moment + late_ - clock_.now());
    }
  }
  return next;
}

/// The first form that no cut covers and that is, or may become, a part of a chunk.
const TriggerLife::Form* TriggerLife::oldest() const {
  const auto first = forms_.begin() + static_cast<std::ptrdiff_t>(covered_.offset());
  const auto found = std::find_if(first, forms_.end(), [](const Form& form) { return !form.is_settled; });
  return found == forms_.end() ? nullptr : &*found;
}

/// At which the schedule fires for the oldest form.
std::optional<Timestamp> TriggerLife::next_moment() const {
  const Form* form = oldest();
  return schedule_ && form != nullptr ? schedule_->next_after(std::max(counts_from_, form->received_at)) : std::nullopt;
}

bool TriggerLife::is_overdue(const Form& form) const {
  const bool has_age = settings_.max_age > Duration::zero();
  if (has_age && waits_since_ && clock_.steady() - *waits_since_ >= settings_.max_age) {
    return true;
  }
  if (form.set_back != set_back_) {
    return false;  // its receipt says nothing any more
  }
  const auto moment = next_moment();
  return (has_age && clock_.now() - form.received_at >= settings_.max_age) || (moment && *moment <= clock_.now());
}

void TriggerLife::check_cut(const CutBatch& cut, const Batch& open) {
  std::uint64_t bytes = 0;
  for (Position at = covered_; at < cut.cut; at = at.plus(1)) {
    bytes += forms_[at.offset()].bytes;
  }
  check_cause(cut);
  check_size(cut.cause, bytes);
  cuts_.push_back({cut.cut, cut.cause, open.opened_at, bytes});
  covered_ = cut.cut;
  if (covers_everything(cut.cause)) {
    counts_from_ = std::max({counts_from_, clock_.now(), open.opened_at});
  }
  is_exempt_ = false;
  waits_since_.reset();
  stands_since_.reset();
}

void TriggerLife::check_cause(const CutBatch& cut) {
  const Form* first = oldest();
  require(cut.cause == TriggerCause::kPeriod || cut.cut > covered_, "no batch is empty but for its period");
  require(cut.cause == TriggerCause::kPeriod || cut.cause == TriggerCause::kOperator || first != nullptr,
          "time and size close a batch only for a form");
  if (cut.cause == TriggerCause::kPeriod) {
    require(uningested() == 0, "a period closes only an empty batch");
  }
  if (cut.cause == TriggerCause::kOperator) {
    require(requests_ > 0, "a request is served once");
    requests_ = 0;
  }
  if (cut.cause == TriggerCause::kMaxAge) {
    const bool is_old = std::any_of(
        forms_.begin() + static_cast<std::ptrdiff_t>(covered_.offset()), forms_.end(), [&](const Form& form) {
          return std::max(clock_.now() - form.received_at, clock_.steady() - form.steady) >= settings_.max_age;
        });
    require(is_old, "an age fires when a form has it");
  }
  if (cut.cause == TriggerCause::kSchedule) {
    const auto moment = schedule_ ? schedule_->next_after(counts_from_) : std::nullopt;
    require(moment && *moment <= clock_.now(), "a moment of a schedule fires once");
  }
}

/// However long the backlog is. An operator's word is for all that has come.
void TriggerLife::check_size(TriggerCause cause, std::uint64_t bytes) {
  require(cause != TriggerCause::kThreshold || bytes >= settings_.threshold, "a threshold fires at its size");
  const bool is_bounded = settings_.threshold > 0 && cause != TriggerCause::kOperator && !is_exempt_;
  require(!is_bounded || bytes < settings_.threshold + kLargestChunk, "a batch has the threshold's size");
}

void TriggerLife::check_uningested() {
  const bool is_bounded = settings_.threshold > 0 && !is_exempt_ && !is_paused_;
  require(!is_bounded || uningested() < settings_.threshold + kLargestChunk,
          "what is not ingested stays below the threshold and a chunk");
}

void TriggerLife::check_waiting() {
  const Form* form = oldest();
  if (is_paused_ || form == nullptr) {
    waits_since_.reset();
    stands_since_.reset();
    return;
  }
  const bool overdue = is_overdue(*form);
  waits_since_ = waits_since_.value_or(clock_.steady());
  check_uningested();
  if (speed_ == LifeEvent::kQuick) {
    require(!overdue, "nothing waits longer than its age and its schedule say");
  } else {
    check_standing_pack(overdue);
  }
}

/// What is sealed goes after a minute without the rest.
void TriggerLife::check_standing_pack(bool overdue) {
  if (!overdue || uningested() == 0) {
    stands_since_.reset();
    return;
  }
  stands_since_ = stands_since_.value_or(clock_.steady());
  require(clock_.steady() - *stands_since_ <= 2 * kLook, "what is sealed does not wait for a pack that stands still");
}

/// So that nothing is late by more than a look, however long the hops of this life are.
void TriggerLife::check_idle(const StepOutcome& outcome) {
  const bool by_time = settings_.max_age > Duration::zero() || schedule_;
  const bool has_batch = find_open_batch(catalog_, repeater()).value().has_value();
  require(
      !by_time || !has_batch || outcome.result == StepResult::kDone || (outcome.again_in && *outcome.again_in <= kLook),
      "a clock is looked at each minute");
}

void TriggerLife::require(bool holds, const std::string& rule) {
  if (!holds && fault_.empty()) {
    fault_ = format_timestamp(clock_.now()) + ", after " + std::to_string(cuts_.size()) + " cuts: " + rule;
  }
}

}  // namespace firn
