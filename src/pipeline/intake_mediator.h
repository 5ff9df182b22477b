#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "intake/http_intake.h"
#include "observe/alarms.h"
#include "pipeline/intake_gate.h"
#include "pipeline/intake_meters.h"
#include "pipeline/repeater_line.h"
#include "pipeline/scheduler.h"

namespace firn {

/// Intake's view of the daemon: which repeaters there are, whether they take anything now, and where alarms and counts
/// go. Each stored record wakes its repeater's pack step.
class IntakeMediator final : public HttpIntake::Mediator {
 public:
  /// All must outlive the mediator; `lines` does not change any more.
  IntakeMediator(const std::vector<std::unique_ptr<RepeaterLine>>& lines, const DiskWatch& disk, Scheduler& scheduler,
                 Alarms& alarms, IntakeMeters& meters, const Clock& clock);

  CommitQueue* find_queue(const RepeaterName& repeater) override;
  const DocumentFilter& filter(const RepeaterName& repeater) override { return lines_.at(repeater)->filter(); }
  [[nodiscard]] std::optional<Error> refusal(const RepeaterName& repeater) override;
  [[nodiscard]] Timestamp now() override { return clock_.now(); }
  void alarm(std::string_view name, const std::string& object, const std::string& text) override;
  void count(const RepeaterName& repeater, IntakeOutcome outcome, std::size_t bytes) override;
  void count_filtered(const RepeaterName& repeater, std::size_t rule, std::size_t bytes) override;

  /// From now on every document is refused with 503.
  void drain() { draining_ = true; }

 private:
  std::map<RepeaterName, RepeaterLine*> lines_;
  const DiskWatch& disk_;
  Scheduler& scheduler_;
  Alarms& alarms_;
  IntakeMeters& meters_;
  const Clock& clock_;
  std::atomic<bool> draining_{false};
};

}  // namespace firn
