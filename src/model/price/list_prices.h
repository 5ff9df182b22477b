#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/price/prices.h"

namespace firn {

// Snowflake's on-demand prices by cloud region. Source: Snowflake Service Consumption Table, effective on the date
// below Prices of S3, KMS and transfer between regions are AWS's list prices of us-east-1 for every region: they differ
// by up to 1.8 times elsewhere, and are far below a cent for a gigabyte that is loaded.
inline constexpr std::string_view kListPriceDate = "2026-03-31";
inline constexpr std::string_view kListPriceSource =
    "Snowflake Service Consumption Table, AWS list prices of us-east-1";

/// What depends on the region.
struct ListPrice {
  double dollars_per_credit = 0;
  double table_dollars_per_terabyte_month = 0;  ///< where the source is not known to name one, that of us-east-1
};

/// The names of the regions that have list prices, as AWS calls them.
std::vector<std::string> price_regions();

/// Nothing when the region is unknown, or no price of this edition there is known.
std::optional<ListPrice> list_price(std::string_view region, Edition edition);

}  // namespace firn
