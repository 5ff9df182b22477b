#include "load/price.h"

#include <algorithm>
#include <cstdint>

namespace firn {
namespace {

constexpr double kBytesPerGigabyte = 1e9;
constexpr double kSecondsPerHour = 3600;

}  // namespace

double snowpipe_credits(const SnowflakePrices& prices, std::uint64_t uncompressed_bytes) {
  return static_cast<double>(uncompressed_bytes) / kBytesPerGigabyte * prices.snowpipe_credits_per_gigabyte;
}

double cold_copy_credits(const SnowflakePrices& prices, std::uint64_t triggers, double seconds_each) {
  const double billed = std::max(prices.warehouse_minimum_seconds, seconds_each);
  return static_cast<double>(triggers) * billed / kSecondsPerHour * prices.warehouse_credits_per_hour;
}

double dollars(const SnowflakePrices& prices, double credits) { return credits * prices.dollars_per_credit; }

}  // namespace firn
