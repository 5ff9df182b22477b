#include "pipeline/request_usage.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "model/period.h"

namespace firn {
namespace {

constexpr Duration kBetweenWrites = std::chrono::minutes(1);

}  // namespace

std::optional<RepeaterName> repeater_of(std::string_view key, std::string_view prefix,
                                        std::span<const RepeaterName> repeaters) {
  if (!prefix.empty()) {
    if (!key.starts_with(prefix) || !key.substr(prefix.size()).starts_with('/')) {
      return std::nullopt;
    }
    key.remove_prefix(prefix.size() + 1);
  }
  const std::size_t end = key.find('/');
  const auto found = end == std::string_view::npos
                         ? repeaters.end()
                         : std::ranges::find(repeaters, key.substr(0, end), &RepeaterName::str);
  return found == repeaters.end() ? std::nullopt : std::optional(*found);
}

void RequestUsage::count(const RepeaterName& repeater, UsageItem item) {
  const MutexLock lock(mutex_);
  ++counts_[{repeater, item}];
}

StepOutcome RequestUsage::run() {
  if (Status written = write(); !written) {
    return StepOutcome::failed(std::move(written).error());
  }
  return StepOutcome::idle_for(kBetweenWrites);
}

Status RequestUsage::write() {
  Counts counted;
  {
    const MutexLock lock(mutex_);
    counted = std::exchange(counts_, {});
  }
  if (counted.empty()) {
    return {};
  }
  const std::string day = format_period(Period::kDay, clock_.now());
  std::vector<Transition> additions;
  for (const auto& [what, amount] : counted) {
    additions.emplace_back(AddUsage{what.first, day, {{what.second, amount}}});
  }
  Status written = catalog_.commit(additions);
  if (!written) {
    const MutexLock lock(mutex_);
    for (const auto& [what, amount] : counted) {
      counts_[what] += amount;
    }
  }
  return written;
}

}  // namespace firn
