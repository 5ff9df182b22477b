#pragma once

#include "model/price/prices.h"

namespace firn {

/// Seconds of cloud services for one simple statement: an assumption on the low side.
inline constexpr double kCloudServicesSecondsPerStatement = 0.01;

/// Credits that statements use in Snowflake's service layer (parsing, metadata, results), before the allowance.
double cloud_services_credits(const Prices& prices, double statements);

/// What of them is paid for: that above a tenth of the same day's credits of warehouses. Those of Snowpipe and other
/// serverless features give no allowance. ("Understanding overall cost" in the Snowflake documentation.)
double billed_cloud_services_credits(const Prices& prices, double used_credits_of_day, double warehouse_credits_of_day);

}  // namespace firn
