#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "model/catalog.h"
#include "model/names.h"
#include "model/step.h"

namespace firn {

/// Compares what the destination reported of each submitted chunk of one repeater with the chunk's manifest. Loaded
/// with the manifest's row count: the chunk is loaded. Failed at a line: mend makes the next attempt without it, as
/// long as there were not too many. Anything else: it goes to quarantine with both counts. Removes nothing.
class VerifyStep final : public Step {
 public:
  VerifyStep(RepeaterName repeater, Catalog& catalog, const Clock& clock);

  [[nodiscard]] std::string_view name() const override { return "verify"; }
  StepOutcome run() override;

 private:
  Result<StepOutcome> run_once();

  const RepeaterName repeater_;
  Catalog& catalog_;
  const Clock& clock_;
};

}  // namespace firn
