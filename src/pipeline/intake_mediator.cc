#include "pipeline/intake_mediator.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace firn {

IntakeMediator::IntakeMediator(const std::vector<std::unique_ptr<RepeaterLine>>& lines, const DiskWatch& disk,
                               Scheduler& scheduler, Alarms& alarms, IntakeMeters& meters, const Clock& clock)
    : disk_(disk), scheduler_(scheduler), alarms_(alarms), meters_(meters), clock_(clock) {
  for (const auto& line : lines) {
    lines_[line->name()] = line.get();
  }
}

CommitQueue* IntakeMediator::find_queue(const RepeaterName& repeater) {
  const auto found = lines_.find(repeater);
  return found == lines_.end() ? nullptr : found->second->queue();
}

std::optional<Error> IntakeMediator::refusal(const RepeaterName& repeater) {
  if (draining_) {
    return Error{ErrorKind::kUnavailable, "take a document for", repeater.str(), "firn is shutting down", ""};
  }
  const auto found = lines_.find(repeater);
  if (found != lines_.end() && found->second->is_draining()) {
    return Error{ErrorKind::kUnavailable, "take a document for", repeater.str(), "the repeater is being drained",
                 "it is sent again later"};
  }
  if (found != lines_.end() && found->second->queue() == nullptr) {
    return Error{ErrorKind::kUnavailable, "take a document for", repeater.str(), "it stands still",
                 "see the alarms of `firn status` on the server"};
  }
  if (disk_.below_floor()) {
    return Error{ErrorKind::kNoSpace, "take a document for", repeater.str(), "the disk is nearly full",
                 "free some space on the server"};
  }
  return std::nullopt;
}

void IntakeMediator::alarm(std::string_view name, const std::string& object, const std::string& text) {
  alarms_.raise_event("intake." + std::string(name), object, text);
}

void IntakeMediator::count(const RepeaterName& repeater, IntakeOutcome outcome, std::size_t bytes) {
  meters_.count(repeater, outcome, bytes);
  if (outcome != IntakeOutcome::kStored && outcome != IntakeOutcome::kStoredDamaged) {
    return;
  }
  if (const auto found = lines_.find(repeater); found != lines_.end()) {
    found->second->count_accepted();
    scheduler_.wake(repeater, "pack");
  }
}

void IntakeMediator::count_filtered(const RepeaterName& repeater, std::size_t rule, std::size_t /*bytes*/) {
  lines_.at(repeater)->count_filtered(rule);
}

}  // namespace firn
