#include "model/price/prices.h"

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace firn {
namespace {

constexpr auto kEditions = std::to_array<std::pair<Edition, std::string_view>>({
    {Edition::kStandard, "standard"},
    {Edition::kEnterprise, "enterprise"},
    {Edition::kBusinessCritical, "business-critical"},
    {Edition::kVirtualPrivate, "virtual-private"},
});

constexpr auto kFields = std::to_array<PriceField>({
    {"dollars_per_credit", &Prices::dollars_per_credit},
    {"snowpipe_credits_per_gb", &Prices::snowpipe_credits_per_gigabyte},
    {"warehouse_credits_per_hour", &Prices::warehouse_credits_per_hour},
    {"second_generation_factor", &Prices::second_generation_factor},
    {"warehouse_minimum_seconds", &Prices::warehouse_minimum_seconds},
    {"cloud_services_credits_per_hour", &Prices::cloud_services_credits_per_hour},
    {"cloud_services_allowance", &Prices::cloud_services_allowance},
    {"table_dollars_per_tb_month", &Prices::table_dollars_per_terabyte_month},
    {"s3_dollars_per_1000_puts", &Prices::s3_dollars_per_1000_puts},
    {"s3_dollars_per_1000_gets", &Prices::s3_dollars_per_1000_gets},
    {"s3_dollars_per_gb_month", &Prices::s3_dollars_per_gigabyte_month},
    {"kms_dollars_per_10000_requests", &Prices::kms_dollars_per_10000_requests},
    {"transfer_dollars_per_gb", &Prices::transfer_dollars_per_gigabyte},
});

}  // namespace

std::string_view to_string(Edition edition) {
  for (const auto& [value, name] : kEditions) {
    if (value == edition) {
      return name;
    }
  }
  return "";
}

std::optional<Edition> parse_edition(std::string_view text) {
  for (const auto& [value, name] : kEditions) {
    if (name == text) {
      return value;
    }
  }
  return std::nullopt;
}

std::span<const PriceField> price_fields() { return kFields; }

}  // namespace firn
