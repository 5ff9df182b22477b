#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "model/catalog.h"
#include "model/names.h"
#include "observe/alarms.h"
#include "pipeline/scheduler.h"

namespace firn {

/// The steps that people may pause, in the order of the pipeline.
inline constexpr std::array<std::string_view, 7> kPausable{"pack",   "stage", "trigger", "load",
                                                           "verify", "mend",  "purge"};

/// What people set while Firn runs: paused steps, and repeaters that are drained. Kept in the catalog, so that a
/// restart changes nothing. Threads: any.
class Controls {
 public:
  /// All must outlive it.
  Controls(Catalog& catalog, Scheduler& scheduler, Alarms& alarms, const Clock& clock);

  /// Takes up what was set before of these repeaters; to be called before the steps run.
  Status load(const std::vector<RepeaterName>& configured);

  /// The step is one of kPausable; one under way ends.
  Status pause(const RepeaterName& repeater, const std::string& step);
  Status resume(const RepeaterName& repeater, const std::string& step);

  /// From now on the repeater takes nothing (503) and removes from the stage what is proven loaded.
  Status drain(const RepeaterName& repeater) FIRN_EXCLUDES(mutex_);
  Status end_drain(const RepeaterName& repeater) FIRN_EXCLUDES(mutex_);
  [[nodiscard]] bool is_draining(const RepeaterName& repeater) const FIRN_EXCLUDES(mutex_);

 private:
  void take_up_drain(const RepeaterName& repeater) FIRN_EXCLUDES(mutex_);

  Catalog& catalog_;
  Scheduler& scheduler_;
  Alarms& alarms_;
  const Clock& clock_;
  mutable Mutex mutex_;
  std::set<RepeaterName> draining_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
