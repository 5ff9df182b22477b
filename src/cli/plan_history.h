#pragma once

#include <expected>
#include <optional>
#include <string>

#include "base/time.h"
#include "cli/context.h"

namespace firn {

/// What a daemon has seen of a repeater's forms.
struct PlanHistory {
  Duration span{};  ///< since its first batch was opened
  double forms_per_day = 0;
  std::optional<double> bytes_per_form;  ///< of those that are packed; nothing before the first
  std::optional<double> compression;
};

/// Asks the daemon of the configuration; when that is wrong, no daemon answers, or nothing has come in yet, the reason
/// is printed and the exit code returned.
std::expected<PlanHistory, int> plan_history(const CliContext& context, const std::string& repeater);

}  // namespace firn
