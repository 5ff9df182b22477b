#include "load/price/latest.h"

namespace firn {

double latest_refresh_credits(const Prices& prices, Warehouse warehouse, double refreshes, double refresh_seconds,
                              double period_seconds) {
  return cold_copy_credits(prices, warehouse, refreshes, refresh_seconds, period_seconds);
}

double table_dollars_per_month(const Prices& prices, double compressed_gigabytes) {
  return compressed_gigabytes / 1000 * prices.table_dollars_per_terabyte_month;
}

}  // namespace firn
