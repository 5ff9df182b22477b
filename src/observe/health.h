#pragma once

#include <string>
#include <vector>

#include "base/time.h"

namespace firn {

/// One of the process's loops: a server, a commit thread, a worker.
struct LoopState {
  std::string name;      ///< e.g. `firn-commit forms`
  Duration busy_for{0};  ///< how long it has not come round; 0 while it waits for work
  Duration limit{0};     ///< longer than this is no progress
  [[nodiscard]] bool is_stuck() const { return busy_for > limit; }
};

/// Whether the process makes progress. When not, only a new start helps.
struct Health {
  std::vector<LoopState> loops;
  [[nodiscard]] bool is_good() const;
  /// The loops that are stuck, for people; empty when it is good.
  [[nodiscard]] std::string reason() const;
};

/// Whether a repeater's documents would be taken now.
struct RepeaterReadiness {
  std::string name;
  std::string reason;  ///< why not; empty when they would
};

struct Readiness {
  std::vector<RepeaterReadiness> repeaters;
  [[nodiscard]] bool is_ready() const;
};

}  // namespace firn
