#pragma once

#include <cstdint>

namespace firn {

/// Snowflake's list prices, as research for this project found them in 2026; a contract may differ. Parameters, because
/// they change with region, edition and time.
struct SnowflakePrices {
  double dollars_per_credit = 3.0;                ///< Enterprise edition, US regions
  double snowpipe_credits_per_gigabyte = 0.0037;  ///< uncompressed, 10^9 bytes
  double warehouse_credits_per_hour = 1.0;        ///< XS, first generation
  double warehouse_minimum_seconds = 60.0;        ///< billed at each resume
};

/// Credits that Snowpipe takes for this many bytes before compression: 0.0037 for each 10^9.
double snowpipe_credits(const SnowflakePrices& prices, std::uint64_t uncompressed_bytes);

/// Credits for `triggers` COPY statements, each waking an own warehouse for `seconds_each`:
/// triggers * max(60, seconds) / 3600 * credits per hour.
double cold_copy_credits(const SnowflakePrices& prices, std::uint64_t triggers, double seconds_each);

double dollars(const SnowflakePrices& prices, double credits);

}  // namespace firn
