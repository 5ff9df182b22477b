#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace firn {

/// Snowflake's editions: each has a price of its own for a credit.
enum class Edition { kStandard, kEnterprise, kBusinessCritical, kVirtualPrivate };

/// "standard", "enterprise", "business-critical", "virtual-private".
std::string_view to_string(Edition edition);
std::optional<Edition> parse_edition(std::string_view text);

/// What is paid for loading into Snowflake from S3, without taxes. The values here are list prices (list_prices.h says
/// of when and from where); a contract may differ, so that [prices] of firn.toml can set each of them. A gigabyte has
/// 10^9 bytes, a terabyte 10^12: Snowflake's documentation does not say which kind it means, 7 % apart.
struct Prices {
  std::string region = "us-east-1";  ///< of the Snowflake account, as AWS calls it
  Edition edition = Edition::kEnterprise;
  double dollars_per_credit = 3.0;
  double snowpipe_credits_per_gigabyte = 0.0037;  ///< before compression
  double warehouse_credits_per_hour = 1.0;        ///< size XS, first generation; each size above takes twice as many
  double second_generation_factor = 1.35;         ///< on AWS
  double warehouse_minimum_seconds = 60.0;        ///< paid at each resume
  double cloud_services_credits_per_hour = 4.4;
  double cloud_services_allowance = 0.1;  ///< this share of the day's warehouse credits is free
  double table_dollars_per_terabyte_month = 23.0;
  double s3_dollars_per_1000_puts = 0.005;
  double s3_dollars_per_1000_gets = 0.0004;  ///< HEAD costs the same
  double s3_dollars_per_gigabyte_month = 0.023;
  double kms_dollars_per_10000_requests = 0.03;
  double transfer_dollars_per_gigabyte = 0.02;  ///< from a bucket in another region than the account's
};

/// A price with its name in firn.toml.
struct PriceField {
  std::string_view key;
  double Prices::* value;
};

/// All that are numbers, in the order of docs/configuration.md.
std::span<const PriceField> price_fields();

}  // namespace firn
