#include "model/price/list_prices.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace firn {
namespace {

constexpr double kUnknown = 0;
constexpr double kUsualStorage = 23;

struct RegionPrices {
  std::string_view name;
  std::array<double, 4> dollars_per_credit;  ///< in the order of Edition
  double table_dollars_per_terabyte_month = kUsualStorage;
};

constexpr auto kRegions = std::to_array<RegionPrices>({
    {"us-east-1", {2.00, 3.00, 4.00, 6.00}, 23.00},           // N. Virginia
    {"us-east-2", {2.00, 3.00, 4.00, 6.00}},                  // Ohio
    {"us-west-2", {2.00, 3.00, 4.00, 6.00}},                  // Oregon
    {"ap-south-1", {2.00, 3.00, 4.00, 6.00}},                 // Mumbai
    {"ca-central-1", {2.25, 3.50, 4.50, kUnknown}, 25.00},    // Canada
    {"eu-north-1", {2.40, 3.60, 4.80, kUnknown}},             // Stockholm
    {"ap-southeast-1", {2.50, 3.70, 5.00, kUnknown}},         // Singapore
    {"ap-southeast-3", {2.50, 3.70, 5.00, kUnknown}},         // Jakarta
    {"eu-west-1", {2.60, 3.90, 5.20, 7.80}, 23.00},           // Dublin
    {"eu-central-1", {2.60, 3.90, 5.20, 7.80}, 24.50},        // Frankfurt
    {"eu-west-3", {2.60, 3.90, 5.20, 7.80}},                  // Paris
    {"eu-west-2", {2.70, 4.00, 5.40, kUnknown}},              // London
    {"ap-southeast-2", {2.75, 4.05, 5.50, kUnknown}, 25.00},  // Sydney
    {"ap-northeast-2", {2.75, 4.05, 5.50, kUnknown}},         // Seoul
    {"af-south-1", {2.80, 4.20, 5.60, kUnknown}, 27.40},      // Cape Town
    {"ap-northeast-1", {2.85, 4.30, 5.70, kUnknown}, 25.00},  // Tokyo
    {"ap-northeast-3", {2.85, 4.30, 5.70, kUnknown}},         // Osaka
    {"sa-east-1", {3.10, 4.65, 6.20, kUnknown}, 40.50},       // Sao Paulo
    {"eu-central-2", {3.10, 4.65, 6.20, kUnknown}},           // Zurich
});

}  // namespace

std::vector<std::string> price_regions() {
  std::vector<std::string> names;
  names.reserve(kRegions.size());
  for (const RegionPrices& region : kRegions) {
    names.emplace_back(region.name);
  }
  return names;
}

std::optional<ListPrice> list_price(std::string_view region, Edition edition) {
  const auto found = std::ranges::find(kRegions, region, &RegionPrices::name);
  if (found == kRegions.end()) {
    return std::nullopt;
  }
  const double credit = found->dollars_per_credit.at(static_cast<std::size_t>(edition));
  return credit == kUnknown ? std::nullopt : std::optional(ListPrice{credit, found->table_dollars_per_terabyte_month});
}

}  // namespace firn
