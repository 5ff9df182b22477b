#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "base/units.h"
#include "base/url.h"
#include "cli/admin_client.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/json_fields.h"
#include "cli/table.h"

namespace firn {
namespace {

namespace json = boost::json;

/// Loads of a small installation cost less than a cent: then with more digits.
std::string amount_text(double amount) {
  constexpr double kCent = 0.01;
  constexpr double kLeast = 0.000001;
  if (amount == 0 || amount >= kCent) {
    return fmt::format("{:.2f}", amount);
  }
  return amount < kLeast ? "<0.000001" : fmt::format("{:.6f}", amount);
}

std::string dollars_of(const json::value& costs, const char* way) {
  return amount_text(number_of(field(field(costs, "otherwise"), way), "dollars"));
}

std::uint64_t requests_of(const json::value& used) {
  std::uint64_t sum = 0;
  for (const char* item : {"s3_puts", "s3_gets", "s3_heads", "s3_lists", "s3_deletes"}) {
    sum += count_of(used, item);
  }
  return sum;
}

std::vector<std::string> spent_row(const std::string& name, const json::value& costs) {
  const json::value& used = field(costs, "used");
  const json::value& spent = field(costs, "spent");
  constexpr double kMillisecondsInSecond = 1000;
  return {name,
          human_size(count_of(used, "snowpipe_bytes")),
          human_size(count_of(used, "copy_bytes")),
          fmt::format("{:.0f} s", number_of(used, "warehouse_milliseconds") / kMillisecondsInSecond),
          std::to_string(requests_of(used)),
          amount_text(number_of(spent, "credits")),
          amount_text(number_of(spent, "snowflake_dollars")),
          amount_text(number_of(spent, "s3_dollars")),
          amount_text(number_of(spent, "dollars"))};
}

std::vector<std::string> others_row(const std::string& name, const json::value& costs) {
  return {name,
          amount_text(number_of(field(costs, "spent"), "dollars")),
          dollars_of(costs, "snowpipe"),
          dollars_of(costs, "copy"),
          dollars_of(costs, "copy_hourly"),
          dollars_of(costs, "copy_monthly")};
}

std::string forecast_text(const json::value& row) {
  const json::value& month = field(row, "this_month");
  if (is_missing(row, "this_month")) {
    return "";
  }
  std::string text = fmt::format("{}: {} dollars in {} so far, {} by its end at the rate of the last days",
                                 text_of(row, "repeater"), amount_text(number_of(month, "spent_dollars")),
                                 text_of(month, "month"), amount_text(number_of(month, "forecast_dollars")));
  if (!is_missing(month, "budget_dollars")) {
    text += "; budget " + amount_text(number_of(month, "budget_dollars"));
  }
  return text + "\n";
}

std::string costs_text(const json::value& answer) {
  const std::string by = text_of(answer, "by");
  const std::string title = by == "period" ? "PERIOD" : "REPEATER";
  TextTable spent({{title},
                   {"SNOWPIPE", Align::kRight},
                   {"COPY", Align::kRight},
                   {"WAREHOUSE", Align::kRight},
                   {"S3 REQUESTS", Align::kRight},
                   {"CREDITS", Align::kRight},
                   {"SNOWFLAKE $", Align::kRight},
                   {"S3 $", Align::kRight},
                   {"TOTAL $", Align::kRight}});
  TextTable others({{title},
                    {"SPENT $", Align::kRight},
                    {"SNOWPIPE $", Align::kRight},
                    {"COPY AS OFTEN $", Align::kRight},
                    {"COPY HOURLY $", Align::kRight},
                    {"COPY MONTHLY $", Align::kRight}});
  std::string forecasts;
  for (const json::value& row : list_of(answer, "rows")) {
    spent.add(spent_row(text_of(row, by), row));
    others.add(others_row(text_of(row, by), row));
    forecasts += forecast_text(row);
  }
  const std::string since = text_of(answer, "since");
  if (spent.empty()) {
    return "Nothing that costs money was used since " + since + ".\n";
  }
  spent.add(spent_row("total", field(answer, "total")));
  others.add(others_row("total", field(answer, "total")));
  return fmt::format("Used since {}, at {} dollars a credit:\n\n{}\nWhat the same would have cost otherwise:\n\n{}\n{}",
                     since, amount_text(number_of(answer, "dollars_per_credit")), spent.str(), others.str(), forecasts);
}

}  // namespace

int run_costs(const CliContext& context) {
  auto client = admin_client(context);
  if (!client) {
    return kExitConfiguration;
  }
  const CostsArguments& wish = context.arguments.costs;
  const AdminReply answer =
      client->get("/costs?since=" + percent_encode(wish.since) + "&by=" + percent_encode(wish.by));
  if (!answer) {
    return report(context, answer.error());
  }
  context.out << (context.arguments.json ? json::serialize(*answer) + "\n" : costs_text(*answer));
  return kExitOk;
}

}  // namespace firn
