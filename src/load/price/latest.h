#pragma once

#include "load/price/warehouse.h"
#include "model/price/prices.h"

namespace firn {

/// Credits for `<table>_latest` as a dynamic table: each refresh after a load wakes a warehouse for `refresh_seconds`.
/// As a view, which is what Firn makes, it costs nothing until somebody asks it.
double latest_refresh_credits(const Prices& prices, Warehouse warehouse, double refreshes, double refresh_seconds,
                              double period_seconds);

/// What a month's growth of the table costs in each month from then on.
double table_dollars_per_month(const Prices& prices, double compressed_gigabytes);

}  // namespace firn
