#include "stage/stage_check_step.h"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "model/open_batch.h"

namespace firn {
namespace {

constexpr std::size_t kAllOfABatch = 1'000'000;

}  // namespace

StageCheckStep::StageCheckStep(RepeaterName repeater, Catalog& catalog, StageMarks& marks,
                               std::function<void()> when_good)
    : repeater_(std::move(repeater)), catalog_(catalog), marks_(marks), when_good_(std::move(when_good)) {}

Status StageCheckStep::check() {
  if (is_good_) {
    return {};
  }
  FIRN_TRY(marks_.own());
  FIRN_ASSIGN(const auto open, find_open_batch(catalog_, repeater_));
  std::vector<Chunk> chunks;
  if (open) {
    FIRN_ASSIGN(chunks, catalog_.chunks({.repeater = repeater_, .batch = open->id, .limit = kAllOfABatch}));
  }
  FIRN_TRY(marks_.check(repeater_, open, chunks));
  is_good_ = true;
  when_good_();
  return {};
}

StepOutcome StageCheckStep::run() {
  Status checked = check();
  return checked ? StepOutcome::idle() : StepOutcome::failed(std::move(checked).error());
}

}  // namespace firn
