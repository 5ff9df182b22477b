#include "load/price/break_even.h"

#include <optional>

namespace firn {

double awake_seconds(const AwakeTime& time, double uncompressed_gigabytes) {
  return time.fixed_seconds + time.seconds_per_gigabyte * uncompressed_gigabytes;
}

std::optional<double> break_even_gigabytes(const Prices& prices, Warehouse warehouse, const AwakeTime& time) {
  const double snowpipe = prices.snowpipe_credits_per_gigabyte;
  if (snowpipe <= 0) {
    return std::nullopt;
  }
  const double credits_per_second = credits_per_hour(prices, warehouse) / 3600;
  const double at_minimum = credits_per_second * prices.warehouse_minimum_seconds / snowpipe;
  if (awake_seconds(time, at_minimum) <= prices.warehouse_minimum_seconds) {
    return at_minimum;
  }
  // Past the minimum both rise with the size: they meet only when COPY rises more slowly.
  const double gain = snowpipe - credits_per_second * time.seconds_per_gigabyte;
  return gain > 0 ? std::optional(credits_per_second * time.fixed_seconds / gain) : std::nullopt;
}

}  // namespace firn
