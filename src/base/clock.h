#pragma once

#include "base/time.h"

namespace firn {

/// The seam to time. Code outside `platform/` never asks the operating system for it.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Wall time in UTC. May jump backwards when the machine's clock is set.
  [[nodiscard]] virtual Timestamp now() const = 0;

  /// Time since an arbitrary start; never goes backwards. For intervals and time-outs.
  [[nodiscard]] virtual Duration steady() const = 0;
};

}  // namespace firn
