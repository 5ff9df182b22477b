#pragma once

#include "base/clock.h"

namespace firn {

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override;
  [[nodiscard]] Duration steady() const override;
};

}  // namespace firn
