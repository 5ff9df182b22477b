#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "model/catalog.h"
#include "model/names.h"
#include "model/step.h"
#include "model/usage.h"

namespace firn {

/// Whose folder a key or a part of one lies in, on a stage below `prefix`; nothing when it is in none of theirs.
std::optional<RepeaterName> repeater_of(std::string_view key, std::string_view prefix,
                                        std::span<const RepeaterName> repeaters);

/// Counts requests to S3 and adds them to what each repeater has used: a step that does so once a minute. A crash loses
/// those of the last minute; a commit whose outcome is unknown may count twice. Threads: count() from any.
class RequestUsage final : public Step {
 public:
  /// Both must outlive the step.
  RequestUsage(Catalog& catalog, const Clock& clock) : catalog_(catalog), clock_(clock) {}

  void count(const RepeaterName& repeater, UsageItem item) FIRN_EXCLUDES(mutex_);

  [[nodiscard]] std::string_view name() const override { return "request_usage"; }
  StepOutcome run() override;

  /// Adds what was counted since the last time.
  Status write() FIRN_EXCLUDES(mutex_);

 private:
  using Counts = std::map<std::pair<RepeaterName, UsageItem>, std::uint64_t>;

  Catalog& catalog_;
  const Clock& clock_;
  Mutex mutex_;
  Counts counts_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
