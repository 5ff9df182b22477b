#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "model/transition.h"

namespace firn {

enum class StepResult {
  kIdle,      ///< nothing to do now; run again when woken, or after `again_in`
  kDone,      ///< one bounded piece was done; commit and run again at once
  kTryAgain,  ///< a passing failure: `reason`; the pipeline waits with back-off
  kBlocked,   ///< a person must act: `reason`; the pipeline raises an alarm and looks again now and then
};

/// What one run of a step led to. The pipeline commits the transitions, whatever the result is.
struct StepOutcome {
  StepResult result = StepResult::kIdle;
  std::vector<Transition> transitions;
  std::optional<Duration> again_in;  ///< for kIdle: when time alone makes work
  std::optional<Error> reason;       ///< for kTryAgain and kBlocked
  bool is_attempt = false;           ///< for kIdle and kDone: an attempt that began is not over; see attempt()

  static StepOutcome idle() { return {}; }
  static StepOutcome idle_for(Duration wait) { return {StepResult::kIdle, {}, wait, {}}; }
  static StepOutcome done(std::vector<Transition> transitions = {}) {
    return {StepResult::kDone, std::move(transitions), {}, {}};
  }
  /// Marks an outcome as a part of an attempt that may still fail: the failures before it stay counted and shown.
  static StepOutcome attempt(StepOutcome outcome) {
    outcome.is_attempt = true;
    return outcome;
  }
  /// kTryAgain or kBlocked, by the error's kind.
  static StepOutcome failed(Error error) {
    const auto result = error.is_passing() ? StepResult::kTryAgain : StepResult::kBlocked;
    return {result, {}, {}, std::move(error)};
  }
};

/// One step of the pipeline for one repeater: takes its work from the catalog, does one bounded piece, and says what
/// changes. Steps never call each other. run() is called by one thread at a time, and again after any crash or failed
/// commit: everything it does must bear repetition, and what it remembers must be checked against the catalog.
class Step {
 public:
  virtual ~Step() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  virtual StepOutcome run() = 0;
};

}  // namespace firn
