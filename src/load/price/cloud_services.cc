#include "load/price/cloud_services.h"

#include <algorithm>

namespace firn {

double cloud_services_credits(const Prices& prices, double statements) {
  return statements * kCloudServicesSecondsPerStatement / 3600 * prices.cloud_services_credits_per_hour;
}

double billed_cloud_services_credits(const Prices& prices, double used_credits_of_day,
                                     double warehouse_credits_of_day) {
  return std::max(0.0, used_credits_of_day - prices.cloud_services_allowance * warehouse_credits_of_day);
}

}  // namespace firn
