#include "pipeline/scheduler.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/time.h"
#include "model/step.h"
#include "observe/alarms.h"
#include "observe/log.h"
#include "platform/thread.h"

namespace firn {
namespace {

constexpr Duration kLookAgainWhenBlocked = std::chrono::seconds(60);
constexpr std::string_view kBlockedAlarm = "pipeline.blocked";
constexpr std::string_view kRetryingAlarm = "pipeline.retrying";
/// So many failures in a row are no hiccup: with the back-off they take about a minute.
constexpr std::uint64_t kFailuresThatTell = 10;

}  // namespace

struct Scheduler::Task {
  RepeaterName repeater;
  Step* step = nullptr;
  std::optional<Duration> due;  // steady time; nothing: waits to be woken
  bool running = false;
  bool woken = false;  // while it ran
  bool waits = false;  // after a failure: nothing but time, or a person, makes it due
  bool blocked = false;
  Backoff backoff;
  std::string reason;
  std::uint64_t runs = 0;
  std::uint64_t failures = 0;
  Duration cpu_time{0};
  Duration began{0};  // of the run under way

  [[nodiscard]] std::string alarm_object() const { return repeater.str() + "/" + std::string(step->name()); }
};

Scheduler::Scheduler(Catalog& catalog, const Clock& clock, Alarms& alarms, Log& log, std::uint64_t seed)
    : catalog_(catalog), clock_(clock), alarms_(alarms), log_(log), random_(seed) {}

Scheduler::~Scheduler() = default;

void Scheduler::add(const RepeaterName& repeater, Step& step) {
  const MutexLock lock(mutex_);
  auto task = std::make_unique<Task>();
  task->repeater = repeater;
  task->step = &step;
  task->due = clock_.steady();
  tasks_.push_back(std::move(task));
}

void Scheduler::wake(const RepeaterName& repeater, std::string_view step) {
  const MutexLock lock(mutex_);
  bool changed = false;
  for (const auto& task : tasks_) {
    if (task->repeater != repeater || (!step.empty() && task->step->name() != step)) {
      continue;
    }
    if (task->running) {
      task->woken = true;
    } else if (!task->waits) {
      const Duration now = clock_.steady();
      // Intake calls this for every record: one that is due already needs no second notice.
      changed = changed || !task->due || *task->due > now;
      task->due = task->due ? std::min(*task->due, now) : now;
    }
  }
  if (changed) {
    work_.notify_all();
  }
}

void Scheduler::retry_now(const RepeaterName& repeater) {
  {
    const MutexLock lock(mutex_);
    for (const auto& task : tasks_) {
      task->waits = task->waits && task->repeater != repeater;
    }
  }
  wake(repeater);
}

void Scheduler::pause(const RepeaterName& repeater, const std::string& step) {
  const MutexLock lock(mutex_);
  paused_.emplace(repeater, step);
}

void Scheduler::resume(const RepeaterName& repeater, const std::string& step) {
  const MutexLock lock(mutex_);
  if (paused_.erase({repeater, step}) == 0) {
    return;
  }
  for (const auto& task : tasks_) {
    if (task->repeater == repeater && task->step->name() == step) {
      task->waits = false;
      task->due = clock_.steady();
    }
  }
  work_.notify_all();
}

bool Scheduler::is_paused(const RepeaterName& repeater, const std::string& step) const {
  const MutexLock lock(mutex_);
  return paused_.contains({repeater, step});
}

bool Scheduler::is_held(const Task& task) const {
  return !paused_.empty() && paused_.contains({task.repeater, std::string(task.step->name())});
}

Scheduler::Task* Scheduler::take_due() {
  if (stopped_) {
    return nullptr;
  }
  const Duration now = clock_.steady();
  Task* chosen = nullptr;
  for (const auto& task : tasks_) {
    const bool due = !task->running && task->due && *task->due <= now && !is_held(*task);
    if (due && (chosen == nullptr || *task->due < *chosen->due)) {
      chosen = task.get();
    }
  }
  if (chosen != nullptr) {
    chosen->running = true;
    chosen->began = now;
    chosen->woken = false;
    chosen->waits = false;
    chosen->due.reset();
  }
  return chosen;
}

StepOutcome Scheduler::run_and_commit(Task& task) {
  StepOutcome outcome = task.step->run();
  if (outcome.transitions.empty()) {
    return outcome;
  }
  if (Status committed = catalog_.commit(outcome.transitions); !committed) {
    // A conflict means that somebody else moved first. The step reads the catalog anew, so it is like any passing
    // failure.
    outcome.result = StepResult::kTryAgain;
    outcome.transitions.clear();
    outcome.reason = std::move(committed).error();
  } else if (observer_) {
    observer_(task.repeater, outcome.transitions);
  }
  return outcome;
}

bool Scheduler::run_one() {
  Task* task = nullptr;
  {
    const MutexLock lock(mutex_);
    task = take_due();
  }
  if (task == nullptr) {
    return false;
  }
  const Duration cpu_before = thread_cpu_time();
  const StepOutcome outcome = run_and_commit(*task);
  tell(*task, outcome);
  {
    const MutexLock lock(mutex_);
    task->cpu_time += thread_cpu_time() - cpu_before;
    settle(*task, outcome);
  }
  if (!outcome.transitions.empty()) {
    wake(task->repeater);
  }
  work_.notify_all();
  return true;
}

void Scheduler::settle(Task& task, const StepOutcome& outcome) {
  task.running = false;
  ++task.runs;
  const bool failed = outcome.result == StepResult::kTryAgain || outcome.result == StepResult::kBlocked;
  if (failed) {
    ++task.failures;
    settle_failure(task, outcome);
  } else {
    settle_success(task, outcome);
  }
}

void Scheduler::settle_failure(Task& task, const StepOutcome& outcome) {
  const Duration now = clock_.steady();
  const Duration wait = task.backoff.next(random_);
  task.blocked = outcome.result == StepResult::kBlocked;
  task.waits = true;
  task.due = now + (task.blocked ? kLookAgainWhenBlocked : wait);
  task.reason = outcome.reason ? outcome.reason->message() : "no reason was given";
}

void Scheduler::settle_success(Task& task, const StepOutcome& outcome) {
  const Duration now = clock_.steady();
  if (!outcome.is_attempt) {
    task.backoff.reset();
    task.blocked = false;
    task.reason.clear();
  }
  if (outcome.result == StepResult::kDone || task.woken) {
    task.due = now;
  } else if (outcome.again_in) {
    task.due = now + *outcome.again_in;
  }
}

void Scheduler::tell(const Task& task, const StepOutcome& outcome) {
  const std::string object = task.alarm_object();
  if (outcome.result == StepResult::kBlocked) {
    alarms_.raise(std::string(kBlockedAlarm), object, outcome.reason ? outcome.reason->message() : "");
    return;
  }
  if (!outcome.is_attempt) {
    alarms_.clear(std::string(kBlockedAlarm), object);
  }
  const bool again = outcome.result == StepResult::kTryAgain;
  if (again && task.backoff.failures() + 1 >= kFailuresThatTell) {
    alarms_.raise(std::string(kRetryingAlarm), object, outcome.reason ? outcome.reason->message() : "");
  } else if (!again && !outcome.is_attempt) {
    alarms_.clear(std::string(kRetryingAlarm), object);
  }
  if (again) {
    log_.write(LogLevel::kInfo, "step.retry",
               {{"repeater", task.repeater.str()},
                {"step", std::string(task.step->name())},
                {"reason", outcome.reason ? outcome.reason->message() : ""}});
  }
}

void Scheduler::wait_for_work(Duration limit) {
  const MutexLock lock(mutex_);
  if (stopped_) {
    return;
  }
  const Duration now = clock_.steady();
  Duration wait = limit;
  for (const auto& task : tasks_) {
    if (!task->running && task->due && !is_held(*task)) {
      wait = std::min(wait, *task->due - now);
    }
  }
  if (wait > Duration::zero()) {
    work_.wait_for(mutex_, wait);
  }
}

std::optional<Duration> Scheduler::next_due() const {
  const MutexLock lock(mutex_);
  std::optional<Duration> earliest;
  for (const auto& task : tasks_) {
    if (task->due && !is_held(*task) && (!earliest || *task->due < *earliest)) {
      earliest = task->due;
    }
  }
  return earliest ? std::optional(std::max(Duration::zero(), *earliest - clock_.steady())) : std::nullopt;
}

void Scheduler::stop() {
  const MutexLock lock(mutex_);
  stopped_ = true;
  work_.notify_all();
}

bool Scheduler::stopped() const {
  const MutexLock lock(mutex_);
  return stopped_;
}

std::vector<StepView> Scheduler::views() const {
  const MutexLock lock(mutex_);
  std::vector<StepView> all;
  all.reserve(tasks_.size());
  for (const auto& task : tasks_) {
    StepView view;
    view.repeater = task->repeater;
    view.step = std::string(task->step->name());
    view.attempts = task->backoff.failures();
    view.reason = task->reason;
    if (!task->reason.empty()) {
      view.state = task->blocked ? StepView::State::kBlocked : StepView::State::kRetrying;
    } else if (task->running) {
      view.state = StepView::State::kRunning;
    }
    if (is_held(*task)) {
      view.state = StepView::State::kPaused;
    }
    view.runs = task->runs;
    view.failures = task->failures;
    view.cpu_time = task->cpu_time;
    if (task->running) {
      view.running_for = clock_.steady() - task->began;
    }
    if (task->due) {
      view.next_run_in = std::max(Duration::zero(), *task->due - clock_.steady());
    }
    all.push_back(std::move(view));
  }
  return all;
}

}  // namespace firn
