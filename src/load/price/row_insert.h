#pragma once

#include "load/price/warehouse.h"
#include "model/price/prices.h"

namespace firn {

/// Credits of one day in which each form is an INSERT of its own, arriving evenly: the warehouse stays awake between
/// them unless they are further apart than its idle time, and the statements use cloud services beyond the allowance.
/// Here to show what it costs; Firn cannot do it.
double row_insert_credits_per_day(const Prices& prices, Warehouse warehouse, double forms_per_day,
                                  double auto_suspend_seconds);

}  // namespace firn
