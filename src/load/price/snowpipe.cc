#include "load/price/snowpipe.h"

#include <cstdint>

namespace firn {

double gigabytes(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e9; }

double dollars(const Prices& prices, double credits) { return credits * prices.dollars_per_credit; }

double snowpipe_credits(const Prices& prices, double uncompressed_gigabytes) {
  return uncompressed_gigabytes * prices.snowpipe_credits_per_gigabyte;
}

}  // namespace firn
