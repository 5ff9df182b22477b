#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "intake/http_intake.h"
#include "model/names.h"
#include "observe/metrics.h"

namespace firn {

/// Counts requests by repeater and outcome. Nothing but atomics on the way of a request. Threads: any.
class IntakeMeters {
 public:
  /// Names of repeaters come from the configuration; whatever else is asked for counts as one.
  IntakeMeters(Metrics& metrics, const std::vector<RepeaterName>& repeaters);

  void count(const RepeaterName& repeater, IntakeOutcome outcome, std::size_t bytes);

 private:
  static constexpr std::size_t kMostOutcomes = 32;
  struct Meters {
    std::array<std::optional<MetricCounter>, kMostOutcomes> requests;
    std::array<std::optional<MetricCounter>, kMostOutcomes> bytes;
  };

  static Meters make(Metrics& metrics, const std::string& repeater);

  std::map<RepeaterName, Meters> meters_;
  Meters others_;
};

/// Stable name of an outcome, for metrics; empty for a number that is none.
std::string_view to_string(IntakeOutcome outcome);

}  // namespace firn
