#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "model/catalog.h"
#include "model/names.h"
#include "model/step.h"
#include "stage/stage_marks.h"

namespace firn {

/// Makes sure, once after every start, that the stage belongs to this data directory and knows nothing that the catalog
/// does not know. Until then nothing of the repeater is staged or loaded.
class StageCheckStep final : public Step {
 public:
  /// `when_good` is called once, by the thread that runs the step.
  StageCheckStep(RepeaterName repeater, Catalog& catalog, StageMarks& marks, std::function<void()> when_good);

  /// kConflict: a person must act. Other failures may pass.
  Status check();

  [[nodiscard]] std::string_view name() const override { return "check"; }
  StepOutcome run() override;

 private:
  const RepeaterName repeater_;
  Catalog& catalog_;
  StageMarks& marks_;
  const std::function<void()> when_good_;
  bool is_good_ = false;
};

}  // namespace firn
