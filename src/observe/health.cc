#include "observe/health.h"

#include <algorithm>
#include <string>

#include "base/time.h"

namespace firn {

bool Health::is_good() const { return std::ranges::none_of(loops, &LoopState::is_stuck); }

std::string Health::reason() const {
  std::string text;
  for (const LoopState& loop : loops) {
    if (loop.is_stuck()) {
      text += (text.empty() ? "" : "; ") + loop.name + " has made no progress for " + format_duration(loop.busy_for);
    }
  }
  return text;
}

bool Readiness::is_ready() const {
  return std::ranges::all_of(repeaters, [](const RepeaterReadiness& repeater) { return repeater.reason.empty(); });
}

}  // namespace firn
