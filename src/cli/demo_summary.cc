#include "cli/demo_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "cli/demo_documents.h"
#include "cli/demo_forms.h"
#include "cli/json_fields.h"
#include "cli/table.h"
#include "load/price/snowpipe.h"
#include "load/price/warehouse.h"
#include "model/table.h"

namespace firn {
namespace {

namespace json = boost::json;

constexpr double kMillion = 1e6;
constexpr double kOneRun = 1;
constexpr double kPeriodSeconds = 3600;

double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

std::map<std::string, std::uint64_t> expected_reasons(std::uint64_t damaged) {
  std::map<std::string, std::uint64_t> reasons;
  for (std::uint64_t i = 0; i < damaged; ++i) {
    ++reasons[expected_reason(kDemoDamages[i % std::size(kDemoDamages)])];
  }
  return reasons;
}

std::string reasons_text(const std::map<std::string, std::uint64_t>& reasons) {
  std::string text;
  for (const auto& [reason, count] : reasons) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", reason, count);
  }
  return text;
}

double compression(const DemoResult& result) {
  return static_cast<double>(result.bytes_uncompressed) /
         static_cast<double>(std::max<std::uint64_t>(1, result.bytes_compressed));
}

std::string counts_text(const DemoResult& result) {
  const DemoExpectation& expected = result.expected;
  const double sending = std::max(seconds(result.sending), 1e-3);
  TextTable table({{""}, {"", Align::kRight}, {""}});
  table.add({"accepted", human_count(result.accepted),
             fmt::format("documents, each on disk before it was answered; {} a second on {} connections",
                         human_count(static_cast<std::uint64_t>(static_cast<double>(result.accepted) / sending)), 8)});
  table.add({"duplicates absorbed", human_count(result.duplicates), "HQ sent the same version a second time"});
  table.add({"in quarantine", human_count(result.quarantined), reasons_text(result.reasons)});
  table.add({"rows in the table", human_count(result.rows_in_table),
             fmt::format("{} forms and {} edited versions", human_count(expected.forms), human_count(expected.edits))});
  table.add({"chunks", human_count(result.chunks),
             fmt::format("{} of CSV in {} of files, {:.1f} times smaller; loaded in {:.1f} s",
                         human_size(result.bytes_uncompressed), human_size(result.bytes_compressed),
                         compression(result), seconds(result.loading))});
  table.add({"on the stage", human_count(result.chunks_on_stage), result.stage});
  return table.str("  ");
}

/// What the same files would cost, with the formulas of load/price/.
struct DemoPrice {
  double snowpipe_credits = 0;
  double snowpipe_dollars = 0;
  double snowpipe_dollars_per_million = 0;
  double copy_credits = 0;
  double copy_dollars = 0;
};

DemoPrice price_of(const DemoResult& result) {
  const Prices prices;
  DemoPrice price;
  price.snowpipe_credits = snowpipe_credits(prices, gigabytes(result.bytes_uncompressed));
  price.snowpipe_dollars = dollars(prices, price.snowpipe_credits);
  price.snowpipe_dollars_per_million =
      price.snowpipe_dollars * kMillion / static_cast<double>(std::max<std::uint64_t>(1, result.rows_in_table));
  price.copy_credits = cold_copy_credits(prices, {}, kOneRun, 0, kPeriodSeconds);
  price.copy_dollars = dollars(prices, price.copy_credits);
  return price;
}

std::string price_text(const DemoResult& result) {
  const Prices prices;
  const DemoPrice price = price_of(result);
  return fmt::format(
      "In Snowflake, at list price, loading this once would cost\n"
      "  by Snowpipe  ${:.5f} = {:.4f} GB before compression x {} credits a GB x ${:.2f} a credit;\n"
      "               a million rows like these ${:.2f}\n"
      "  by COPY      ${:.5f} = {:.0f} s, the least an XS warehouse is paid for, / 3600 x {:.0f} credit an hour x "
      "${:.2f};\n"
      "               and no more for a hundred times as many rows, as long as they load within that time\n",
      price.snowpipe_dollars, gigabytes(result.bytes_uncompressed), prices.snowpipe_credits_per_gigabyte,
      prices.dollars_per_credit, price.snowpipe_dollars_per_million, price.copy_dollars,
      prices.warehouse_minimum_seconds, prices.warehouse_credits_per_hour, prices.dollars_per_credit);
}

std::string latest_text(const DemoResult& result) {
  TextTable table({{"FORM_ID"}, {"RECEIVED_ON"}, {"SERVER_MODIFIED_ON"}, {"FORM"}, {"VILLAGE"}});
  for (const std::string& row : result.latest) {
    boost::system::error_code code;
    const json::value values = json::parse(row, code);
    if (code) {
      continue;
    }
    json::value document = field(values, "form_json");
    if (const json::string* text = document.if_string()) {
      document = json::parse(*text, code);
    }
    const json::value& form = field(document, "form");
    table.add({text_of(values, "form_id"), time_of(values, "received_on"), time_of(values, "server_modified_on"),
               text_of(form, "@name"), text_of(field(form, "visit"), "village")});
  }
  return table.empty() ? "" : "Some rows of the view forms_latest, the newest version of each form\n" + table.str("  ");
}

std::string sorts_text(const DemoResult& result) {
  TextTable table({{"KIND"}, {"SENT AS"}, {"DOCUMENTS", Align::kRight}, {"TABLE"}, {"ROWS", Align::kRight}, {""}});
  for (const DemoSortResult& sort : result.sorts) {
    const bool rows = makes_rows(sort.sort.kind);
    table.add({std::string(to_string(sort.sort.kind)), sort.sort.sent_as, human_count(sort.sent),
               rows ? sort.sort.repeater : "-", rows ? human_count(sort.rows) : "-",
               rows ? "" : fmt::format("{} requests to fetch the document wait", human_count(sort.to_fetch))});
  }
  return table.empty()
             ? ""
             : "Everything else that HQ forwards, each kind in a repeater of its own\n" + table.str("  ") + "\n";
}

std::string next_text(const DemoResult& result) {
  std::string text = "What to try next\n";
  if (result.kept) {
    text += fmt::format(
        "  firn serve --config {0}/firn.toml       # the same daemon again; then, beside it:\n"
        "  firn status --config {0}/firn.toml\n"
        "  firn quarantine list --config {0}/firn.toml\n"
        "  {0}/warehouse.duckdb is an ordinary DuckDB database\n",
        result.folder);
  } else {
    text += "  firn demo --keep       # leaves everything there to be looked at\n";
  }
  return text + "  firn init              # writes a configuration for forms of your own\n";
}

std::string checks_text(const std::vector<DemoCheck>& checks) {
  if (all_hold(checks)) {
    return fmt::format("All {} counts are what they must be.\n", checks.size());
  }
  TextTable table({{"WRONG"}, {"EXPECTED", Align::kRight}, {"IS", Align::kRight}});
  for (const DemoCheck& check : checks) {
    if (!check.holds()) {
      table.add({check.what, human_count(check.expected), human_count(check.actual)});
    }
  }
  return table.str();
}

}  // namespace

std::vector<DemoCheck> check_demo(const DemoResult& result) {
  const DemoExpectation& expected = result.expected;
  std::uint64_t others = 0;
  for (const DemoSortResult& sort : result.sorts) {
    others += sort.sent;
  }
  std::vector<DemoCheck> checks{{"documents accepted", expected.accepted + others, result.accepted},
                                {"duplicates absorbed", expected.duplicates, result.duplicates},
                                {"versions with two contents", 0, result.conflicts},
                                {"documents in quarantine", expected.quarantined, result.quarantined},
                                {"rows in chunks", expected.rows(), result.rows_packed},
                                {"chunks on the stage", result.chunks, result.chunks_on_stage},
                                {"rows in the table", expected.rows(), result.rows_in_table}};
  for (const auto& [reason, count] : expected_reasons(expected.quarantined)) {
    const auto found = result.reasons.find(reason);
    checks.push_back({"in quarantine as " + reason, count, found == result.reasons.end() ? 0 : found->second});
  }
  for (const DemoSortResult& sort : result.sorts) {
    checks.push_back({fmt::format("outcomes of {}", sort.sort.repeater), sort.sent, sort.outcome()});
  }
  for (const auto& [refusal, count] : result.refusals) {
    checks.push_back({"refused: " + refusal, 0, count});
  }
  return checks;
}

bool all_hold(const std::vector<DemoCheck>& checks) { return std::ranges::all_of(checks, &DemoCheck::holds); }

std::string demo_text(const DemoResult& result) {
  const std::string latest = latest_text(result);
  return fmt::format(
      "\n{} invented forms, sent as CommCare HQ does, from the request to the row\n\n{}\n{}{}\n{}{}{}\n{}",
      human_count(result.expected.forms), counts_text(result), sorts_text(result), price_text(result), latest,
      latest.empty() ? "" : "\n", checks_text(check_demo(result)), next_text(result));
}

std::string demo_json(const DemoResult& result) {
  const std::vector<DemoCheck> checks = check_demo(result);
  json::array list;
  for (const DemoCheck& check : checks) {
    list.push_back({{"what", check.what}, {"expected", check.expected}, {"actual", check.actual}});
  }
  json::array sorts;
  for (const DemoSortResult& sort : result.sorts) {
    sorts.push_back({{"repeater", sort.sort.repeater},
                     {"kind", to_string(sort.sort.kind)},
                     {"sent", sort.sent},
                     {"rows", sort.rows},
                     {"to_fetch", sort.to_fetch}});
  }
  json::array latest;
  for (const std::string& row : result.latest) {
    boost::system::error_code code;
    latest.push_back(json::parse(row, code));
  }
  const DemoPrice price = price_of(result);
  return json::serialize(
      json::object{{"forms", result.expected.forms},
                   {"accepted", result.accepted},
                   {"duplicates", result.duplicates},
                   {"quarantined", result.quarantined},
                   {"rows", result.rows_in_table},
                   {"chunks", result.chunks},
                   {"stage", result.stage},
                   {"bytes_uncompressed", result.bytes_uncompressed},
                   {"bytes_compressed", result.bytes_compressed},
                   {"compression", compression(result)},
                   {"sending_seconds", seconds(result.sending)},
                   {"loading_seconds", seconds(result.loading)},
                   {"snowpipe", {{"credits", price.snowpipe_credits}, {"dollars", price.snowpipe_dollars}}},
                   {"copy", {{"credits", price.copy_credits}, {"dollars", price.copy_dollars}}},
                   {"latest", latest},
                   {"others", sorts},
                   {"folder", result.kept ? json::value(result.folder) : json::value(nullptr)},
                   {"checks", list},
                   {"ok", all_hold(checks)}});
}

}  // namespace firn
