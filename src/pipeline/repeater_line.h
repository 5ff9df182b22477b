#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "intake/commit_queue.h"
#include "intake/document_filter.h"
#include "load/load_step.h"
#include "load/trigger_step.h"
#include "model/catalog.h"
#include "model/journal.h"
#include "model/step.h"
#include "model/table.h"
#include "observe/alarms.h"
#include "observe/metrics.h"
#include "pack/mend_step.h"
#include "pack/pack_step.h"
#include "pipeline/connections.h"
#include "pipeline/controls.h"
#include "pipeline/intake_gate.h"
#include "pipeline/metered_journal.h"
#include "pipeline/scheduler.h"
#include "pipeline/target_guard.h"
#include "platform/file_system.h"
#include "purge/purge_step.h"
#include "stage/stage_check_step.h"
#include "stage/stage_step.h"
#include "verify/verify_step.h"

namespace firn {

/// What all repeaters share. Everything must outlive the lines.
struct Surroundings {
  FileSystem& files;
  const Clock& clock;
  Catalog& catalog;
  Scheduler& scheduler;
  Alarms& alarms;
  Metrics& metrics;
  Controls& controls;
  TargetGuard& targets;
};

/// What of a repeater's records is not in the table yet.
struct Backlog {
  std::uint64_t waiting = 0;        ///< records in the journal that are not decided
  std::optional<Timestamp> oldest;  ///< receipt of the oldest record that is not decided, or not loaded
};

/// What a repeater that is being drained still has.
struct Leftover {
  std::uint64_t waiting = 0;        ///< records in the journal that are not decided
  std::vector<ChunkTotals> chunks;  ///< whose files are not gone
  [[nodiscard]] bool is_nothing() const { return waiting == 0 && chunks.empty(); }
};

/// What belongs to one repeater: its journal, its group commit, and its steps. Threads: any, after start().
class RepeaterLine {
 public:
  RepeaterLine(const Surroundings& surroundings, const Config& config, const RepeaterConfig& repeater,
               const RepeaterEnds& ends);
  ~RepeaterLine();

  /// Opens the journal and hands the steps to the scheduler. While the journal cannot be opened, the repeater takes
  /// nothing and packs nothing, an alarm says why, and what was packed before still goes on its way. When the cause may
  /// pass, a step opens the journal again and again until it succeeds. With another kind, table or destination than its
  /// rows have gone to, the repeater stands still and an alarm says so.
  void start();

  /// To be called once, after start(): asks the stage, if `now`, and has a step ask it until it was good; before that
  /// nothing is staged or loaded. kConflict: it belongs to somebody else, or knows more than the catalog: firn must not
  /// run. Other failures are those of the stage.
  Status check_stage(bool now);

  /// Finishes what waits for the journal; no more is taken.
  void stop_intake();

  [[nodiscard]] const RepeaterName& name() const { return repeater_.name; }
  [[nodiscard]] const RepeaterConfig& config() const { return repeater_; }
  /// Null until the journal is open.
  [[nodiscard]] Journal* journal() { return opened_ ? journal_.get() : nullptr; }
  [[nodiscard]] CommitQueue* queue() { return opened_ ? queue_.get() : nullptr; }
  /// What is in the open chunk, not decided yet.
  [[nodiscard]] PackCounts open_counts() const;
  /// False when there is never anything to load.
  [[nodiscard]] bool makes_rows() const { return firn::makes_rows(repeater_.kind); }
  /// Closes the open batch at the journal's end, if it would not be empty. Only for a repeater that makes rows.
  Status trigger_now();

  [[nodiscard]] Result<Leftover> leftover() const;
  /// What the next trigger will be decided from. Only for a repeater that makes rows.
  Result<TriggerView> trigger_view();
  [[nodiscard]] const TriggerPolicy& trigger_policy() const { return trigger_->policy(); }
  [[nodiscard]] bool is_trigger_paused() const { return surroundings_.scheduler.is_paused(repeater_.name, "trigger"); }
  [[nodiscard]] bool is_draining() const { return surroundings_.controls.is_draining(repeater_.name); }

  /// Sends a quarantined chunk that has a report again, with the rows that are not in the table.
  Status send_missing(ChunkId chunk);

  /// Null when the repeater's documents make no rows.
  [[nodiscard]] Stage* stage() { return ends_.stage; }
  [[nodiscard]] Loader* loader() { return ends_.loader; }
  /// Why the stage keeps its promises less well than it should, for people; empty when it keeps them.
  [[nodiscard]] std::string stage_weakness() const { return ends_.stage == nullptr ? "" : ends_.stage->weakness(); }

  [[nodiscard]] const DocumentFilter& filter() const { return filter_; }
  /// One more document was dropped by this rule of the filter.
  void count_filtered(std::size_t rule) { ++filtered_[rule]; }
  /// How many documents a rule has dropped since the daemon began.
  [[nodiscard]] std::uint64_t filtered(std::size_t rule) const { return filtered_[rule]; }

  /// One more record has been stored.
  void count_accepted() { accepted_.count(); }
  [[nodiscard]] double accepts_per_second() const { return accepted_.per_second(); }
  /// Records stored since this journal began.
  [[nodiscard]] std::uint64_t received_total() const;
  /// `totals` are those of this repeater. Without an open journal only the chunks are known.
  [[nodiscard]] Result<Backlog> backlog(const RepeaterTotals& totals) const;
  /// How long the journal's writing or opening under way has taken; 0 when there is none.
  [[nodiscard]] Duration commit_busy_for() const { return opened_ ? journal_->busy_for() : Duration(0); }

 private:
  class OpenStep;
  bool is_all_decided();
  Status open_journal();
  Status open_front();
  void warn_of_chunks();
  void make_front_steps();
  void make_load_steps();
  [[nodiscard]] TriggerStep::Settings trigger_settings() const;
  [[nodiscard]] JournalView journal_view();
  [[nodiscard]] PurgeOptions purge_options() const;
  /// True while a trigger is about to close the open batch.
  [[nodiscard]] bool batch_is_full() const;
  /// Receipt of the first record from there on.
  [[nodiscard]] Result<std::optional<Timestamp>> received_at(Position from) const;
  /// Of a chunk that waits too long for proof; empty when none does.
  void tell_ageing(const std::string& why);
  void add_steps(std::initializer_list<Step*> steps);
  [[nodiscard]] std::string chunk_directory() const;

  Surroundings surroundings_;
  const Config& config_;
  const RepeaterConfig& repeater_;
  const RepeaterEnds ends_;
  RateMeter accepted_;
  DocumentFilter filter_;
  std::vector<std::atomic<std::uint64_t>> filtered_;  // one for each rule
  std::unique_ptr<MeteredJournal> journal_;
  std::unique_ptr<CommitQueue> queue_;  // after the journal, so that it ends first
  std::unique_ptr<PackStep> pack_;
  std::unique_ptr<StageCheckStep> check_;
  std::unique_ptr<StageStep> stage_step_;
  std::unique_ptr<TriggerStep> trigger_;
  std::unique_ptr<LoadStep> load_;
  std::unique_ptr<VerifyStep> verify_;
  std::unique_ptr<MendStep> mend_;
  std::unique_ptr<Step> purge_;
  std::unique_ptr<Step> open_step_;   // only when the journal could not be opened at once
  std::atomic<bool> opened_ = false;  // the journal, its queue and the steps that need them are there, and stay
};

}  // namespace firn
