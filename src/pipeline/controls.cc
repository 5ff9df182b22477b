#include "pipeline/controls.h"

#include <algorithm>
#include <string>

namespace firn {
namespace {

const std::string kDrainAlarm = "repeater.draining";

}  // namespace

Controls::Controls(Catalog& catalog, Scheduler& scheduler, Alarms& alarms, const Clock& clock)
    : catalog_(catalog), scheduler_(scheduler), alarms_(alarms), clock_(clock) {}

Status Controls::load(const std::vector<RepeaterName>& configured) {
  FIRN_ASSIGN(const auto set, catalog_.controls());
  for (const Control& control : set) {
    if (std::ranges::find(configured, control.repeater) == configured.end()) {
      continue;  // one that was drained and has another name now
    }
    if (control.name == kDrainControl) {
      take_up_drain(control.repeater);
    } else {
      scheduler_.pause(control.repeater, control.name);
    }
  }
  return {};
}

Status Controls::pause(const RepeaterName& repeater, const std::string& step) {
  FIRN_TRY(catalog_.set_control({repeater, step, clock_.now()}));
  scheduler_.pause(repeater, step);
  return {};
}

Status Controls::resume(const RepeaterName& repeater, const std::string& step) {
  FIRN_TRY(catalog_.clear_control(repeater, step));
  scheduler_.resume(repeater, step);
  return {};
}

Status Controls::drain(const RepeaterName& repeater) {
  FIRN_TRY(catalog_.set_control({repeater, kDrainControl, clock_.now()}));
  take_up_drain(repeater);
  return {};
}

Status Controls::end_drain(const RepeaterName& repeater) {
  FIRN_TRY(catalog_.clear_control(repeater, kDrainControl));
  {
    const MutexLock lock(mutex_);
    draining_.erase(repeater);
  }
  alarms_.clear(kDrainAlarm, repeater.str());
  return {};
}

bool Controls::is_draining(const RepeaterName& repeater) const {
  const MutexLock lock(mutex_);
  return draining_.contains(repeater);
}

void Controls::take_up_drain(const RepeaterName& repeater) {
  {
    const MutexLock lock(mutex_);
    draining_.insert(repeater);
  }
  alarms_.raise(
      kDrainAlarm, repeater.str(),
      "it takes no documents (503, and HQ sends them again later) until `firn resume " + repeater.str() + "`");
}

}  // namespace firn
