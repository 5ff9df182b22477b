#include "pipeline/repeater_line.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "journal/file/file_journal.h"
#include "load/request_id.h"
#include "load/schedule.h"
#include "model/table.h"
#include "purge/purge_step.h"
#include "purge/retire_step.h"

namespace firn {
namespace {

// Room for the records that wait while one append is written; intake's own limit on bytes in flight comes first.
constexpr std::size_t kMaxQueuedBytes = 256U << 20U;
constexpr Duration kTriggerLimit = std::chrono::seconds(30);

}  // namespace

RepeaterLine::RepeaterLine(const Surroundings& surroundings, const Config& config, const RepeaterConfig& repeater,
                           const RepeaterEnds& ends)
    : surroundings_(surroundings),
      config_(config),
      repeater_(repeater),
      ends_(ends),
      accepted_(surroundings.clock),
      filter_(repeater.kind, repeater.filter.rules),
      filtered_(filter_.rules()) {}

/// Opens the journal that could not be opened when the daemon started.
class RepeaterLine::OpenStep : public Step {
 public:
  explicit OpenStep(RepeaterLine& line) : line_(line) {}
  [[nodiscard]] std::string_view name() const override { return "open"; }
  StepOutcome run() override {
    if (line_.opened_) {
      return StepOutcome::idle();
    }
    if (Status opened = line_.open_front(); !opened) {
      return StepOutcome::failed(std::move(opened).error());
    }
    line_.add_steps({line_.pack_.get(), line_.trigger_.get(), line_.purge_.get()});
    return StepOutcome::idle();
  }

 private:
  RepeaterLine& line_;
};

RepeaterLine::~RepeaterLine() = default;

void RepeaterLine::start() {
  if (makes_rows() && !surroundings_.targets.admits(config_, repeater_, [this] { return is_all_decided(); })) {
    return;
  }
  if (const Status opened = open_front(); !opened && opened.error().is_passing()) {
    open_step_ = std::make_unique<OpenStep>(*this);
  }
  add_steps({open_step_.get(), pack_.get(), trigger_.get(), purge_.get()});
  if (makes_rows()) {
    make_load_steps();
  } else {
    warn_of_chunks();
  }
}

Status RepeaterLine::check_stage(bool now) {
  if (check_ == nullptr) {
    return {};
  }
  Status checked = now ? check_->check() : Status();
  if (checked || checked.error().kind != ErrorKind::kConflict) {
    add_steps({check_.get()});
  }
  return checked;
}

/// True when every record of the journal is decided. It is closed again.
bool RepeaterLine::is_all_decided() {
  const auto cursor = surroundings_.catalog.cursor(repeater_.name, 0);
  const Status opened = open_journal();
  const bool decided = cursor && opened && cursor->value_or(journal_->begin(0)) >= journal_->end(0);
  queue_.reset();
  journal_.reset();
  return decided;
}

/// The journal and all that needs it. Other threads see it only when it is whole.
Status RepeaterLine::open_front() {
  const std::string alarm = "journal.closed";
  if (Status opened = open_journal(); !opened) {
    const Error& error = opened.error();
    surroundings_.alarms.raise(
        alarm, repeater_.name.str(),
        error.message() + (error.is_passing() ? "; the repeater answers 503 and packs nothing; it is tried again"
                                              : "; the repeater answers 503 and packs nothing until the journal is "
                                                "mended and firn is started again"));
    return opened;
  }
  make_front_steps();
  opened_ = true;
  surroundings_.alarms.clear(alarm, repeater_.name.str());
  return {};
}

/// The repeater may have had another kind before, whose rows nobody loads now.
void RepeaterLine::warn_of_chunks() {
  const auto chunks =
      surroundings_.catalog.chunks({.repeater = repeater_.name,
                                    .states = {ChunkState::kPacked, ChunkState::kStaged, ChunkState::kSubmitted},
                                    .limit = 1});
  if (chunks && !chunks->empty()) {
    surroundings_.alarms.raise("repeater.kind_changed", repeater_.name.str(),
                               "it has chunks of the kind that it had before, and documents of its kind now make no "
                               "rows: set the kind back, run `firn ingest`, and give the new kind a repeater of its "
                               "own");
  }
}

Status RepeaterLine::open_journal() {
  FIRN_ASSIGN(const auto cursor, surroundings_.catalog.cursor(repeater_.name, 0));
  FileJournalOptions options;
  options.directory = join(join(config_.data_dir, "journal"), repeater_.name.str());
  options.repeater = repeater_.name;
  options.quota_bytes = repeater_.journal_quota;
  // The segment that is being written is never removed: what it holds must leave room for what comes.
  options.segment_bytes = std::min(options.segment_bytes, repeater_.journal_quota / 8);
  options.at_least = cursor;
  FIRN_ASSIGN(auto journal, FileJournal::open(surroundings_.files, options));
  journal_ = std::make_unique<MeteredJournal>(std::move(journal), repeater_.name.str(), surroundings_.clock,
                                              surroundings_.alarms, surroundings_.metrics);
  CommitQueueOptions queue;
  queue.name = repeater_.name.str();
  queue.max_queued_bytes = kMaxQueuedBytes;
  queue_ = std::make_unique<CommitQueue>(*journal_, queue);
  return {};
}

/// The steps that need the journal.
void RepeaterLine::make_front_steps() {
  const auto& [files, clock, catalog, scheduler, alarms, metrics, controls, targets] = surroundings_;
  const RepeaterName& name = repeater_.name;
  PackOptions options;
  options.repeater = name;
  options.table.kind = repeater_.kind;
  options.data_directory = config_.data_dir;
  options.pack_floor_bytes = config_.disk.pack_floor;
  options.privacy = repeater_.privacy.policy;
  options.chunk_age = Duration(0);
  if (makes_rows()) {
    options.table = table_of(repeater_.kind, repeater_.table);
    options.target_bytes = repeater_.chunk_size;
    options.chunk_age = repeater_.chunk_age;
    options.period = repeater_.period;
    options.batch_is_full = [this](const Batch& /*open*/) { return batch_is_full(); };
    trigger_ = std::make_unique<TriggerStep>(name, catalog, clock, trigger_settings(), journal_view());
    purge_ = std::make_unique<PurgeStep>(name, PurgeStep::Parts{catalog, *ends_.stage, *journal_, files, clock},
                                         purge_options());
  } else {
    purge_ = std::make_unique<RetireStep>(name, catalog, *journal_);
  }
  pack_ = std::make_unique<PackStep>(PackContext{*journal_, catalog, files, clock}, options);
}

TriggerStep::Settings RepeaterLine::trigger_settings() const {
  TriggerStep::Settings settings;
  settings.policy.threshold_bytes = repeater_.threshold;
  settings.policy.max_age = repeater_.max_age;
  settings.policy.period = repeater_.period;
  std::string words;
  if (repeater_.schedule) {
    const Schedule schedule(repeater_.schedule->cron, repeater_.schedule->time_zone);
    words = schedule.text();
    settings.policy.schedule = [schedule](Timestamp after) { return schedule.next_after(after); };
  }
  settings.is_draining = [this] { return is_draining(); };
  const Timestamp now = surroundings_.clock.now();
  // A catalog that fails shows in every step; until it works again nothing is cut anyway.
  settings.schedule_since = surroundings_.catalog.schedule_since(repeater_.name, words, now).value_or(now);
  return settings;
}

JournalView RepeaterLine::journal_view() {
  return {[this] { return journal_->end(0); }, [this] { return pack_->read_to(); },
          [this](std::optional<Position> from) { return received_at(from.value_or(journal_->begin(0))); }};
}

PurgeOptions RepeaterLine::purge_options() const {
  PurgeOptions options;
  options.chunk_directory = chunk_directory();
  options.keep_staged = repeater_.keep_staged;
  options.at_once = [this] { return is_draining(); };
  return options;
}

bool RepeaterLine::batch_is_full() const {
  if (repeater_.threshold == 0 || surroundings_.scheduler.is_paused(repeater_.name, "trigger")) {
    return false;
  }
  const auto totals = surroundings_.catalog.totals(repeater_.name);
  return totals && totals->uningested_bytes >= repeater_.threshold;
}

Result<std::optional<Timestamp>> RepeaterLine::received_at(Position from) const {
  FIRN_ASSIGN(const auto first, journal_->read(from, 1));
  return first.empty() ? std::nullopt : std::optional(first.front().record.envelope.received_at);
}

void RepeaterLine::make_load_steps() {
  const auto& [files, clock, catalog, scheduler, alarms, metrics, controls, targets] = surroundings_;
  const RepeaterName& name = repeater_.name;
  stage_step_ = std::make_unique<StageStep>(name, StageStep::Parts{catalog, *ends_.stage, files, clock},
                                            StageStep::Options{chunk_directory(), ends_.uploads});
  load_ = std::make_unique<LoadStep>(name, table_of(repeater_.kind, repeater_.table),
                                     LoadStep::Parts{catalog, *ends_.stage, *ends_.loader, clock,
                                                     [this](const Batch& batch) { return ends_.marks->leave(batch); },
                                                     [this](const std::string& why) { tell_ageing(why); }},
                                     make_request_id);
  verify_ = std::make_unique<VerifyStep>(name, catalog, clock);
  mend_ = std::make_unique<MendStep>(
      MendStep::Parts{catalog, *ends_.stage, files, *ends_.loader, clock, [this] { return journal(); }},
      MendStep::Options{name, table_of(repeater_.kind, repeater_.table), config_.data_dir, config_.disk.pack_floor});
  check_ = std::make_unique<StageCheckStep>(
      name, catalog, *ends_.marks, [this] { add_steps({stage_step_.get(), load_.get(), verify_.get(), mend_.get()}); });
}

void RepeaterLine::tell_ageing(const std::string& why) {
  if (why.empty()) {
    surroundings_.alarms.clear("load.unproven", repeater_.name.str());
  } else {
    surroundings_.alarms.raise("load.unproven", repeater_.name.str(), why);
  }
}

std::string RepeaterLine::chunk_directory() const {
  return join(join(config_.data_dir, "chunks"), repeater_.name.str());
}

void RepeaterLine::add_steps(std::initializer_list<Step*> steps) {
  for (Step* step : steps) {
    if (step != nullptr) {
      surroundings_.scheduler.add(repeater_.name, *step);
    }
  }
}

void RepeaterLine::stop_intake() {
  if (opened_) {
    queue_->stop();
  }
  if (opened_ && trigger_) {
    trigger_->stop_waiting();
  }
  if (mend_) {
    mend_->requests().stop_waiting();
  }
}

PackCounts RepeaterLine::open_counts() const { return opened_ ? pack_->open_counts() : PackCounts{}; }

Status RepeaterLine::trigger_now() {
  if (!opened_ || !trigger_) {
    return fail(Error{ErrorKind::kUnavailable, "trigger", repeater_.name.str(), "the repeater's journal is not open",
                      "see the alarms of `firn status`"});
  }
  if (surroundings_.scheduler.is_paused(repeater_.name, "trigger")) {
    return fail(Error{ErrorKind::kUnavailable, "trigger", repeater_.name.str(), "its trigger is paused",
                      "firn resume " + repeater_.name.str() + " trigger"});
  }
  trigger_->request_cut();
  surroundings_.scheduler.wake(repeater_.name, trigger_->name());
  const auto served = trigger_->wait_served(kTriggerLimit);
  if (served == TriggerStep::Served::kStopping) {
    return fail(Error{ErrorKind::kUnavailable, "trigger", repeater_.name.str(), "firn is shutting down",
                      "ask again when it runs"});
  }
  if (served == TriggerStep::Served::kNotYet) {
    return fail(Error{ErrorKind::kBusy, "trigger", repeater_.name.str(), "the pipeline is busy; it will be done soon",
                      "see `firn status`"});
  }
  return {};
}

Result<Leftover> RepeaterLine::leftover() const {
  if (!opened_) {
    return fail(Error{ErrorKind::kUnavailable, "look what is left of", repeater_.name.str(),
                      "it stands still, and its journal is not open", "see the alarms of `firn status`"});
  }
  FIRN_ASSIGN(const auto totals, surroundings_.catalog.totals(repeater_.name));
  FIRN_ASSIGN(const auto behind, backlog(totals));
  Leftover left{behind.waiting, {}};
  std::ranges::copy_if(totals.chunks, std::back_inserter(left.chunks),
                       [](const ChunkTotals& of) { return of.state != ChunkState::kPurged && of.chunks > 0; });
  return left;
}

Result<TriggerView> RepeaterLine::trigger_view() {
  if (!opened_ || !trigger_) {
    return fail(Error{ErrorKind::kUnavailable, "look at the triggers of", repeater_.name.str(),
                      "the repeater's journal is not open", "see the alarms of `firn status`"});
  }
  return trigger_->view();
}

Status RepeaterLine::send_missing(ChunkId chunk) {
  if (!mend_) {
    return fail(Error{ErrorKind::kUnavailable, "retry chunk", repeater_.name.str(), "the repeater loads nothing now",
                      "see the alarms of `firn status`"});
  }
  mend_->requests().ask(chunk);
  surroundings_.scheduler.retry_now(repeater_.name);
  return mend_->requests().wait(chunk, kTriggerLimit);
}

Result<Backlog> RepeaterLine::backlog(const RepeaterTotals& totals) const {
  Backlog backlog{0, totals.oldest_unloaded};
  if (!opened_) {
    return backlog;
  }
  FIRN_ASSIGN(const auto cursor, surroundings_.catalog.cursor(repeater_.name, 0));
  const Position end = journal_->end(0);
  const Position next = cursor.value_or(journal_->begin(0));
  if (next >= end) {
    return backlog;
  }
  backlog.waiting = end.value() - next.value();
  FIRN_ASSIGN(const auto received, received_at(next));
  if (received) {
    backlog.oldest = std::min(backlog.oldest.value_or(*received), *received);
  }
  return backlog;
}

std::uint64_t RepeaterLine::received_total() const { return opened_ ? journal_->end(0).offset() : 0; }

}  // namespace firn
