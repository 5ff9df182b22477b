#pragma once

#include "model/price/prices.h"

namespace firn {

// A virtual warehouse is paid for by the second while it runs, and for a minute at least each time it resumes.
// ("Understanding compute cost" in the Snowflake documentation.)

enum class WarehouseSize { kXs, kS, kM, kL, kXl, k2Xl, k3Xl, k4Xl };
enum class WarehouseGeneration { kFirst, kSecond };

struct Warehouse {
  WarehouseSize size = WarehouseSize::kXs;
  WarehouseGeneration generation = WarehouseGeneration::kFirst;
};

double credits_per_hour(const Prices& prices, Warehouse warehouse);

/// Seconds from the end of the last statement to the suspension, on average: Snowflake looks every 30 seconds. 0 stands
/// for the `ALTER WAREHOUSE ... SUSPEND` that Firn sends at once to a `dedicated` warehouse.
double idle_tail_seconds(double auto_suspend_seconds);

/// Seconds that are paid for when a warehouse is woken for `awake_seconds`.
double billed_seconds(const Prices& prices, double awake_seconds);

/// Credits for `triggers` loads, each of which wakes a warehouse that nobody else uses for `awake_seconds` (to resume,
/// load and idle). In a period of `period_seconds`: a warehouse is never paid for twice at the same time.
double cold_copy_credits(const Prices& prices, Warehouse warehouse, double triggers, double awake_seconds,
                         double period_seconds);

/// Credits for `triggers` loads on a warehouse that others keep running: the seconds of the loads. `share` is what of
/// them counts as a cost of loading: 0 when the warehouse would have been idle in that time, 1 when others wait for it.
double warm_copy_credits(const Prices& prices, Warehouse warehouse, double triggers, double load_seconds, double share);

}  // namespace firn
