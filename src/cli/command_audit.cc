#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>
#include <string>

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

std::string audit_text(const json::value& said) {
  const json::array& differences = list_of(said, "differences");
  std::string text = fmt::format("{}: {} files with {} rows should be in the table\n", text_of(said, "repeater"),
                                 human_count(count_of(said, "files")), human_count(count_of(said, "rows")));
  if (differences.empty()) {
    return text + "  every file has the rows that its manifest says\n";
  }
  TextTable table({{"FILE"}, {"STATE"}, {"MANIFEST", Align::kRight}, {"TABLE", Align::kRight}});
  for (const json::value& each : differences) {
    table.add({text_of(each, "file"), text_of(each, "state"), human_count(count_of(each, "manifest_rows")),
               human_count(count_of(each, "table_rows"))});
  }
  return text + table.str("  ") +
         fmt::format(
             "  {} files differ: \"unknown\" are not this data directory's; a chunk that is not loaded must have "
             "no rows\n",
             human_count(differences.size()));
}

}  // namespace

int run_audit(const CliContext& context) {
  const auto config = load_or_report(context, {.fit_to_serve = false});
  if (!config) {
    return kExitConfiguration;
  }
  AdminClient client(context.make_http_client(), config->admin_socket());
  const AuditArguments& wish = context.arguments.audit;
  const AdminReply said = client.get(
      fmt::format("/audit?repeater={}&period={}", percent_encode(wish.repeater), percent_encode(wish.period)));
  if (!said) {
    return report(context, said.error());
  }
  context.out << (context.arguments.json ? json::serialize(*said) + "\n" : audit_text(*said));
  return list_of(*said, "differences").empty() ? kExitOk : kExitAttention;
}

}  // namespace firn
