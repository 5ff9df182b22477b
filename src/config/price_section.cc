#include "config/price_section.h"

#include <fmt/format.h>

#include <optional>

#include "config/reader.h"
#include "config/sections.h"
#include "model/price/list_prices.h"
#include "model/price/prices.h"

namespace firn {
namespace {

constexpr double kMost = 1e6;

/// A price that the list lacks is missed only when it is not set.
void take_list_price(SectionReader& section, Prices& prices) {
  if (const auto listed = list_price(prices.region, prices.edition)) {
    prices.dollars_per_credit = listed->dollars_per_credit;
    prices.table_dollars_per_terabyte_month = listed->table_dollars_per_terabyte_month;
  } else if (!section.has("dollars_per_credit")) {
    section.refuse("edition",
                   fmt::format("no list price of a credit in {} with edition \"{}\" is known", prices.region,
                               to_string(prices.edition)),
                   "set dollars_per_credit: Snowsight shows it under Admin, Cost management");
  }
}

}  // namespace

void read_prices(SectionReader& top, SectionResults& results) {
  const ConfigMember* member = top.section("prices");
  SectionReader section(member == nullptr ? nullptr : &member->value, member == nullptr ? ConfigPlace{} : member->place,
                        "prices", results.report);
  Prices& prices = results.config.prices;
  prices.region = section.word("region", prices.region, price_regions());
  const std::string edition = section.word("edition", std::string(to_string(prices.edition)),
                                           {"standard", "enterprise", "business-critical", "virtual-private"});
  prices.edition = parse_edition(edition).value_or(prices.edition);
  take_list_price(section, prices);
  for (const PriceField& field : price_fields()) {
    double& value = prices.*field.value;
    value = section.decimal(field.key, {.standard = value, .least = 0, .most = kMost});
  }
  section.finish();
}

}  // namespace firn
