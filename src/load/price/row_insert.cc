#include "load/price/row_insert.h"

#include "load/price/cloud_services.h"

namespace firn {
namespace {

constexpr double kSecondsPerDay = 86400;
constexpr double kStatementSeconds = 1;

}  // namespace

double row_insert_credits_per_day(const Prices& prices, Warehouse warehouse, double forms_per_day,
                                  double auto_suspend_seconds) {
  const double awake = kStatementSeconds + idle_tail_seconds(auto_suspend_seconds);
  const double compute = cold_copy_credits(prices, warehouse, forms_per_day, awake, kSecondsPerDay);
  return compute + billed_cloud_services_credits(prices, cloud_services_credits(prices, forms_per_day), compute);
}

}  // namespace firn
