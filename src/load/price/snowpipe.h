#pragma once

#include <cstdint>

#include "model/price/prices.h"

namespace firn {

/// Of 10^9 bytes.
double gigabytes(std::uint64_t bytes);

double dollars(const Prices& prices, double credits);

/// Credits that Snowpipe takes, through its REST interface or its events: a flat price for each gigabyte before
/// compression, none for files or requests. ("Snowpipe costs" in the Snowflake documentation, since December 2025.)
double snowpipe_credits(const Prices& prices, double uncompressed_gigabytes);

}  // namespace firn
