#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>
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

std::string difference_text(const json::value& row) {
  if (is_missing(row, "difference_credits")) {
    return "";
  }
  const double difference = number_of(row, "difference_credits");
  const std::string amount = (difference < 0 ? "-" : "+") + amount_text(std::abs(difference));
  return is_missing(row, "difference_percent")
             ? amount
             : fmt::format("{} ({:+.1f} %)", amount, number_of(row, "difference_percent"));
}

std::vector<std::string> compared_row(const std::string& repeaters, const std::string& by, const json::value& row) {
  return {repeaters, by, amount_text(number_of(row, "metered_credits")),
          amount_text(number_of(row, "reported_credits")), difference_text(row)};
}

std::string names_in(const json::value& row) {
  std::string names;
  for (const json::value& name : list_of(row, "repeaters")) {
    const auto* text = name.if_string();
    names += (names.empty() ? "" : ", ") + (text == nullptr ? std::string() : std::string(*text));
  }
  return names;
}

/// The table of pipes and warehouses, and a line for each that has something to say.
std::string compared_text(const json::value& reconcile) {
  TextTable table({{"REPEATER"},
                   {"BY"},
                   {"CREDITS METERED", Align::kRight},
                   {"REPORTED", Align::kRight},
                   {"DIFFERENCE", Align::kRight}});
  std::string notes;
  for (const json::value& row : list_of(reconcile, "pipes")) {
    const std::string pipe = text_of(row, "pipe");
    table.add(compared_row(text_of(row, "repeater"), "pipe " + pipe, row));
    if (is_true(row, "has_namesakes")) {
      notes += pipe + ": several pipes have had this name, here or in another schema; all are in what is reported\n";
    }
  }
  for (const json::value& row : list_of(reconcile, "warehouses")) {
    const std::string warehouse = text_of(row, "warehouse");
    table.add(compared_row(names_in(row), "warehouse " + warehouse, row));
    if (is_true(row, "may_be_shared")) {
      notes +=
          warehouse +
          ": others may use it too, as its connection has no `dedicated = true`: reported is what all of them have "
          "used, and the rest is not put down to Firn\n";
    }
  }
  return (table.empty() ? "" : table.str() + "\n") + notes;
}

std::string reconcile_text(const json::value& reconcile) {
  const std::string begin = time_of(reconcile, "begin");
  const std::string end = time_of(reconcile, "end");
  if (text_of(reconcile, "begin") >= text_of(reconcile, "end")) {
    return "\nNothing to compare with Snowflake's usage views yet: they are up to 3 hours late, and only whole days in "
           "UTC are compared.\n";
  }
  std::string text = fmt::format(
      "\nCompared with Snowflake's own usage views, from {} to {}. Whole days in UTC: the views go by the hour, are up "
      "to 3 hours late and go back 365 days.\n\n{}",
      begin, end, compared_text(reconcile));
  for (const json::value& problem : list_of(reconcile, "problems")) {
    const std::string of = text_of(problem, "object");
    text += fmt::format("Not compared: {}{}: {}\n  {}\n", text_of(problem, "connection"), of.empty() ? "" : " " + of,
                        text_of(problem, "message"), text_of(problem, "hint"));
  }
  return text + fmt::format("Asking costs {} credits, when it wakes the warehouse.\n",
                            amount_text(number_of(reconcile, "asked_credits")));
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
  const AdminReply answer = client->get("/costs?since=" + percent_encode(wish.since) +
                                        "&by=" + percent_encode(wish.by) + (wish.reconcile ? "&reconcile=true" : ""));
  if (!answer) {
    return report(context, answer.error());
  }
  if (context.arguments.json) {
    context.out << json::serialize(*answer) << '\n';
    return kExitOk;
  }
  context.out << costs_text(*answer) << (wish.reconcile ? reconcile_text(field(*answer, "reconcile")) : "");
  return kExitOk;
}

}  // namespace firn
