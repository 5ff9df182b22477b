#include "pipeline/intake_meters.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace firn {
namespace {

constexpr const char* kOthers = "-";  // cannot be a repeater's name

}  // namespace

std::string_view to_string(IntakeOutcome outcome) {
  switch (outcome) {
    case IntakeOutcome::kStored:
      return "stored";
    case IntakeOutcome::kStoredDamaged:
      return "stored_damaged";
    case IntakeOutcome::kUnauthorized:
      return "unauthorized";
    case IntakeOutcome::kChallenged:
      return "challenged";
    case IntakeOutcome::kTooLarge:
      return "too_large";
    case IntakeOutcome::kOverBudget:
      return "over_budget";
    case IntakeOutcome::kUnknownRepeater:
      return "unknown_repeater";
    case IntakeOutcome::kRefused:
      return "refused";
    case IntakeOutcome::kFailed:
      return "failed";
  }
  return {};
}

IntakeMeters::IntakeMeters(Metrics& metrics, const std::vector<RepeaterName>& repeaters)
    : others_(make(metrics, kOthers)) {
  for (const RepeaterName& repeater : repeaters) {
    meters_.emplace(repeater, make(metrics, repeater.str()));
  }
}

IntakeMeters::Meters IntakeMeters::make(Metrics& metrics, const std::string& repeater) {
  Meters meters;
  for (std::size_t i = 0; i < kMostOutcomes; ++i) {
    const std::string_view outcome = to_string(static_cast<IntakeOutcome>(i));
    if (outcome.empty()) {
      continue;
    }
    const MetricLabels labels{{"repeater", repeater}, {"outcome", std::string(outcome)}};
    meters.requests.at(i) = metrics.counter(
        "firn_intake_requests_total", "Requests by repeater and outcome; \"-\" is no configured repeater.", labels);
    meters.bytes.at(i) = metrics.counter("firn_intake_body_bytes_total",
                                         "Bytes of the bodies of those requests, as far as they are known.", labels);
  }
  return meters;
}

void IntakeMeters::count(const RepeaterName& repeater, IntakeOutcome outcome, std::size_t bytes) {
  const auto found = meters_.find(repeater);
  Meters& meters = found == meters_.end() ? others_ : found->second;
  const auto index = static_cast<std::size_t>(outcome);
  if (index < kMostOutcomes && meters.requests.at(index)) {
    meters.requests.at(index)->add();
    meters.bytes.at(index)->add(bytes);
  }
}

}  // namespace firn
