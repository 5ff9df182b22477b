#pragma once

#include <optional>

#include "load/price/warehouse.h"
#include "model/price/prices.h"

namespace firn {

/// How long a load keeps a warehouse awake: `fixed_seconds` (to resume, to plan, to idle) and more for each gigabyte.
struct AwakeTime {
  double fixed_seconds = 0;
  double seconds_per_gigabyte = 0;
};

double awake_seconds(const AwakeTime& time, double uncompressed_gigabytes);

/// Gigabytes before compression in one load at which COPY on an own warehouse costs what Snowpipe costs: below them
/// Snowpipe is cheaper, above them COPY. Nothing when Snowpipe is always cheaper, or costs nothing.
std::optional<double> break_even_gigabytes(const Prices& prices, Warehouse warehouse, const AwakeTime& time);

}  // namespace firn
