#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/names.h"

namespace firn {

/// What loading uses and somebody charges for, or what its price is made of.
enum class UsageItem {
  kSnowpipeBytes,          ///< before compression, of files that Snowpipe has loaded
  kCopyBytes,              ///< the same of COPY
  kFiles,                  ///< that were loaded: Snowflake has read each once
  kLoads,                  ///< requests whose files all have a report
  kWarehouseMilliseconds,  ///< that are charged for (load/snowflake/warehouse_meter.h)
  kWarehouseResumes,
  kS3Puts,
  kS3Gets,
  kS3Heads,
  kS3Lists,
  kS3Deletes,  ///< requests, each of up to a thousand objects
};

std::string_view to_string(UsageItem item);
std::optional<UsageItem> parse_usage_item(std::string_view text);

struct UsageAmount {
  UsageItem item = UsageItem::kFiles;
  std::uint64_t amount = 0;
  auto operator<=>(const UsageAmount&) const = default;
};

/// What a repeater has used on one day in UTC.
struct UsageEntry {
  RepeaterName repeater;
  std::string day;  ///< `2026-11-26`
  UsageItem item = UsageItem::kFiles;
  std::uint64_t amount = 0;
  auto operator<=>(const UsageEntry&) const = default;
};

}  // namespace firn
