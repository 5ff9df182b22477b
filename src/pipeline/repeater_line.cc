#include "pipeline/repeater_line.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "journal/file/file_journal.h"
#include "load/request_id.h"
#include "model/table.h"

namespace firn {
namespace {

// Room for the records that wait while one append is written; intake's own limit on bytes in flight comes first.
constexpr std::size_t kMaxQueuedBytes = 256U << 20U;
constexpr Duration kTriggerLimit = std::chrono::seconds(30);

}  // namespace

RepeaterLine::RepeaterLine(const Surroundings& surroundings, const Config& config, const RepeaterConfig& repeater,
                           Stage& stage, Loader& loader)
    : surroundings_(surroundings),
      config_(config),
      repeater_(repeater),
      stage_(stage),
      loader_(loader),
      accepted_(surroundings.clock),
      filter_(repeater.kind, repeater.filter.rules),
      filtered_(filter_.rules()) {}

RepeaterLine::~RepeaterLine() = default;

void RepeaterLine::start() {
  const std::string alarm = "journal.closed";
  if (const Status opened = open_journal(); !opened) {
    surroundings_.alarms.raise(
        alarm, repeater_.name.str(),
        opened.error().message() +
            "; the repeater answers 503 and packs nothing until the journal is mended and firn is "
            "started again");
  }
  add_steps();
}

Status RepeaterLine::open_journal() {
  FIRN_ASSIGN(const auto cursor, surroundings_.catalog.cursor(repeater_.name, 0));
  FileJournalOptions options;
  options.directory = join(join(config_.data_dir, "journal"), repeater_.name.str());
  options.repeater = repeater_.name;
  options.quota_bytes = repeater_.journal_quota;
  options.at_least = cursor;
  FIRN_ASSIGN(journal_, FileJournal::open(surroundings_.files, options));
  CommitQueueOptions queue;
  queue.name = repeater_.name.str();
  queue.max_queued_bytes = kMaxQueuedBytes;
  queue_ = std::make_unique<CommitQueue>(*journal_, queue);
  return {};
}

void RepeaterLine::add_steps() {
  const auto& [files, clock, catalog, scheduler, alarms] = surroundings_;
  const RepeaterName& name = repeater_.name;
  const TableDefinition table = table_of(repeater_.kind, repeater_.table);
  const std::string chunk_directory = join(join(config_.data_dir, "chunks"), name.str());
  if (journal_) {
    PackOptions options;
    options.repeater = name;
    options.table = table;
    options.data_directory = config_.data_dir;
    options.target_bytes = repeater_.chunk_size;
    options.chunk_age = repeater_.chunk_age;
    options.pack_floor_bytes = config_.disk.pack_floor;
    pack_ = std::make_unique<PackStep>(PackContext{*journal_, catalog, files, clock}, options);
    trigger_ = std::make_unique<TriggerStep>(name, catalog, clock, TriggerPolicy{repeater_.threshold},
                                             [this] { return journal_->end(0); });
    purge_ = std::make_unique<PurgeStep>(name, PurgeStep::Parts{catalog, stage_, *journal_, files, clock},
                                         PurgeOptions{chunk_directory, repeater_.keep_staged});
  }
  stage_step_ = std::make_unique<StageStep>(name, catalog, stage_, files, clock, chunk_directory);
  load_ = std::make_unique<LoadStep>(name, table, LoadStep::Parts{catalog, stage_, loader_, clock}, make_request_id);
  verify_ = std::make_unique<VerifyStep>(name, catalog, clock);
  for (Step* step :
       {static_cast<Step*>(pack_.get()), static_cast<Step*>(stage_step_.get()), static_cast<Step*>(trigger_.get()),
        static_cast<Step*>(load_.get()), static_cast<Step*>(verify_.get()), static_cast<Step*>(purge_.get())}) {
    if (step != nullptr) {
      scheduler.add(name, *step);
    }
  }
}

void RepeaterLine::stop_intake() {
  if (queue_) {
    queue_->stop();
  }
}

PackCounts RepeaterLine::open_counts() const { return pack_ ? pack_->open_counts() : PackCounts{}; }

Status RepeaterLine::trigger_now() {
  if (!trigger_) {
    return fail(Error{ErrorKind::kUnavailable, "trigger", repeater_.name.str(), "the repeater's journal is not open",
                      "see the alarms of `firn status`"});
  }
  trigger_->request_cut();
  surroundings_.scheduler.wake(repeater_.name, trigger_->name());
  if (!trigger_->wait_served(kTriggerLimit)) {
    return fail(Error{ErrorKind::kBusy, "trigger", repeater_.name.str(), "the pipeline is busy; it will be done soon",
                      "see `firn status`"});
  }
  return {};
}

std::uint64_t RepeaterLine::received_total() const { return journal_ ? journal_->end(0).offset() : 0; }

}  // namespace firn
