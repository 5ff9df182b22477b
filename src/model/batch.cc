#include "model/batch.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "model/enum_names.h"

namespace firn {
namespace {

constexpr EnumNames<BatchState, 5> kStates{{{{BatchState::kOpen, "open"},
                                             {BatchState::kClosing, "closing"},
                                             {BatchState::kSubmitted, "submitted"},
                                             {BatchState::kLoaded, "loaded"},
                                             {BatchState::kPurged, "purged"}}}};

constexpr EnumNames<TriggerCause, 7> kCauses{{{{TriggerCause::kThreshold, "threshold"},
                                               {TriggerCause::kOperator, "operator"},
                                               {TriggerCause::kMaxAge, "max_age"},
                                               {TriggerCause::kSchedule, "schedule"},
                                               {TriggerCause::kDrain, "drain"},
                                               {TriggerCause::kSealed, "sealed"},
                                               {TriggerCause::kPeriod, "period"}}}};

}  // namespace

std::string_view to_string(BatchState state) { return kStates.name(state); }
std::optional<BatchState> parse_batch_state(std::string_view text) { return kStates.parse(text); }

bool covers_everything(TriggerCause cause) {
  return cause == TriggerCause::kOperator || cause == TriggerCause::kMaxAge || cause == TriggerCause::kSchedule ||
         cause == TriggerCause::kDrain;
}

bool can_move(BatchState from, BatchState to) {
  switch (from) {
    case BatchState::kOpen:
      return to == BatchState::kClosing;
    case BatchState::kClosing:
      return to == BatchState::kSubmitted || to == BatchState::kPurged;
    case BatchState::kSubmitted:
      return to == BatchState::kLoaded || to == BatchState::kClosing;
    case BatchState::kLoaded:
      return to == BatchState::kPurged;
    case BatchState::kPurged:
      return false;
  }
  return false;
}

std::string_view to_string(TriggerCause cause) { return kCauses.name(cause); }
std::optional<TriggerCause> parse_trigger_cause(std::string_view text) { return kCauses.parse(text); }

std::string Batch::directory() const { return fmt::format("{}/{:06}", period, number); }

}  // namespace firn
