#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "model/catalog.h"
#include "model/names.h"
#include "model/step.h"
#include "observe/alarms.h"
#include "observe/log.h"
#include "pipeline/backoff.h"

namespace firn {

/// What a step is doing, for `firn status`.
struct StepView {
  RepeaterName repeater;
  std::string step;
  enum class State { kIdle, kRunning, kRetrying, kBlocked, kPaused } state = State::kIdle;
  std::uint64_t attempts = 0;           ///< failures in a row
  std::string reason;                   ///< of the last failure; empty when all is well
  std::uint64_t runs = 0;               ///< since the start
  std::uint64_t failures = 0;           ///< those of them that failed
  Duration cpu_time{0};                 ///< processor time of its runs and their commits
  Duration running_for{0};              ///< how long the run under way has taken; 0 when there is none
  std::optional<Duration> next_run_in;  ///< nothing when it waits to be woken
};

/// Decides which step runs when, commits what steps return, and repeats what failed: the only retry loop of the
/// pipeline. A step that failed in passing waits with back-off; a blocked one raises an alarm and is looked at once a
/// minute. After every commit all steps of that repeater are woken, since each may have work now. Threads: any, a
/// step may add() others while it runs.
class Scheduler {
 public:
  /// All must outlive the scheduler. The seed makes the jitter, and so the whole order of a simulation, repeatable.
  Scheduler(Catalog& catalog, const Clock& clock, Alarms& alarms, Log& log, std::uint64_t seed);
  ~Scheduler();

  /// Called after each commit with what it changed, on the thread that ran the step.
  using Observer = std::function<void(const RepeaterName&, std::span<const Transition>)>;
  /// Before the first run.
  void observe(Observer observer) { observer_ = std::move(observer); }

  /// A step of a repeater; due at once. The empty repeater name is for what concerns all.
  void add(const RepeaterName& repeater, Step& step) FIRN_EXCLUDES(mutex_);

  /// Makes the repeater's steps (or one of them) due now, unless they wait after a failure.
  void wake(const RepeaterName& repeater, std::string_view step = {}) FIRN_EXCLUDES(mutex_);

  /// Makes the repeater's steps due now, those too that wait after a failure: a person asks for it.
  void retry_now(const RepeaterName& repeater) FIRN_EXCLUDES(mutex_);

  /// From now on the step does not begin a run, until resume(); one under way ends. For steps that are added later too.
  void pause(const RepeaterName& repeater, const std::string& step) FIRN_EXCLUDES(mutex_);
  /// Makes it due again. Nothing happens when it is not paused.
  void resume(const RepeaterName& repeater, const std::string& step) FIRN_EXCLUDES(mutex_);
  [[nodiscard]] bool is_paused(const RepeaterName& repeater, const std::string& step) const FIRN_EXCLUDES(mutex_);

  /// Runs the step that has been due longest, if any. Returns false when none is due.
  bool run_one() FIRN_EXCLUDES(mutex_);

  /// Until something is due or woken, `limit` has passed, or stop() was called.
  void wait_for_work(Duration limit) FIRN_EXCLUDES(mutex_);

  /// How long until the next step is due; nothing when all wait to be woken.
  [[nodiscard]] std::optional<Duration> next_due() const FIRN_EXCLUDES(mutex_);

  /// From now on run_one() starts nothing.
  void stop() FIRN_EXCLUDES(mutex_);
  [[nodiscard]] bool stopped() const FIRN_EXCLUDES(mutex_);

  [[nodiscard]] std::vector<StepView> views() const FIRN_EXCLUDES(mutex_);

 private:
  struct Task;
  Task* take_due() FIRN_REQUIRES(mutex_);
  [[nodiscard]] bool is_held(const Task& task) const FIRN_REQUIRES(mutex_);
  StepOutcome run_and_commit(Task& task);
  void settle(Task& task, const StepOutcome& outcome) FIRN_REQUIRES(mutex_);
  void settle_failure(Task& task, const StepOutcome& outcome) FIRN_REQUIRES(mutex_);
  void settle_success(Task& task, const StepOutcome& outcome) FIRN_REQUIRES(mutex_);
  void tell(const Task& task, const StepOutcome& outcome);

  Catalog& catalog_;
  const Clock& clock_;
  Alarms& alarms_;
  Log& log_;
  Observer observer_;
  mutable Mutex mutex_;
  Condition work_;
  std::vector<std::unique_ptr<Task>> tasks_ FIRN_GUARDED_BY(mutex_);
  std::set<std::pair<RepeaterName, std::string>> paused_ FIRN_GUARDED_BY(mutex_);
  std::mt19937_64 random_ FIRN_GUARDED_BY(mutex_);
  bool stopped_ FIRN_GUARDED_BY(mutex_) = false;
};

}  // namespace firn
