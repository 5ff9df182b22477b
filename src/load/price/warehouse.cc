#include "load/price/warehouse.h"

#include <algorithm>
#include <cmath>

namespace firn {
namespace {

constexpr double kSecondsPerHour = 3600;
constexpr double kSuspendPollSeconds = 30;

}  // namespace

double credits_per_hour(const Prices& prices, Warehouse warehouse) {
  const double factor = warehouse.generation == WarehouseGeneration::kSecond ? prices.second_generation_factor : 1.0;
  return std::ldexp(prices.warehouse_credits_per_hour * factor, static_cast<int>(warehouse.size));
}

double idle_tail_seconds(double auto_suspend_seconds) {
  return auto_suspend_seconds <= 0 ? 0 : auto_suspend_seconds + kSuspendPollSeconds / 2;
}

double billed_seconds(const Prices& prices, double awake_seconds) {
  return std::max(prices.warehouse_minimum_seconds, awake_seconds);
}

double cold_copy_credits(const Prices& prices, Warehouse warehouse, double triggers, double awake_seconds,
                         double period_seconds) {
  const double billed = std::min(period_seconds, triggers * billed_seconds(prices, awake_seconds));
  return billed / kSecondsPerHour * credits_per_hour(prices, warehouse);
}

double warm_copy_credits(const Prices& prices, Warehouse warehouse, double triggers, double load_seconds,
                         double share) {
  return triggers * load_seconds / kSecondsPerHour * credits_per_hour(prices, warehouse) * share;
}

}  // namespace firn
