#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstddef>
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

/// One version of the document: a line for each thing that happened to it.
std::string version_text(const json::value& version, std::size_t number) {
  const json::value& chunk = field(version, "chunk");
  std::string text = fmt::format("\nVersion {} in {}, domain {}, modified {}\n", number, text_of(version, "repeater"),
                                 text_of(version, "domain"), time_of(version, "version"));
  TextTable line({{""}, {""}, {""}});
  line.add({"received", time_of(version, "received_at"), "position " + text_of(version, "position")});
  line.add({"packed", time_of(chunk, "packed_at"),
            fmt::format("row {} of {}", human_count(count_of(version, "row")), human_count(count_of(chunk, "rows")))});
  line.add({"staged", time_of(chunk, "staged_at"), "file " + text_of(chunk, "key")});
  line.add({"submitted", time_of(chunk, "submitted_at"), "batch " + text_of(chunk, "batch")});
  line.add({"loaded", time_of(chunk, "loaded_at"), ""});
  line.add({"purged", time_of(chunk, "purged_at"), "the file is removed after its retention; the row stays"});
  text += line.str("  ");
  if (!text_of(chunk, "reason").empty()) {
    text += fmt::format("  The chunk is {}: {}\n", text_of(chunk, "state"), text_of(chunk, "reason"));
  }
  return text;
}

std::string trace_text(const json::value& answer) {
  const json::array& versions = list_of(answer, "versions");
  std::string text = fmt::format("Document {}: {} version{} in chunks, {} waiting to be packed, {} in quarantine\n",
                                 text_of(answer, "id"), versions.size(), versions.size() == 1 ? "" : "s",
                                 list_of(answer, "waiting").size(), list_of(answer, "quarantined").size());
  for (std::size_t i = 0; i < versions.size(); ++i) {
    text += version_text(versions[i], i + 1);
  }
  for (const json::value& request : list_of(answer, "requests")) {
    text += fmt::format("\nTo be fetched ({} in {}, domain {}): told of {}, position {}\n", text_of(request, "kind"),
                        text_of(request, "repeater"), text_of(request, "domain"), time_of(request, "requested_at"),
                        text_of(request, "position"));
  }
  for (const json::value& record : list_of(answer, "waiting")) {
    text += fmt::format("\nWaiting in {}: received {}, position {}\n", text_of(record, "repeater"),
                        time_of(record, "received_at"), text_of(record, "position"));
  }
  for (const json::value& record : list_of(answer, "quarantined")) {
    text += fmt::format("\nIn quarantine ({}): {} at {}\n  firn quarantine show {} {}\n", text_of(record, "state"),
                        text_of(record, "reason"), text_of(record, "detail"), text_of(record, "repeater"),
                        text_of(record, "position"));
  }
  return text;
}

bool is_unknown(const json::value& answer) {
  return list_of(answer, "versions").empty() && list_of(answer, "requests").empty() &&
         list_of(answer, "waiting").empty() && list_of(answer, "quarantined").empty();
}

std::string target_of(const TraceArguments& arguments) {
  std::string target = "/trace?id=" + percent_encode(arguments.id);
  target += arguments.repeater.empty() ? "" : "&repeater=" + percent_encode(arguments.repeater);
  target += arguments.domain.empty() ? "" : "&domain=" + percent_encode(arguments.domain);
  return target;
}

}  // namespace

int run_trace(const CliContext& context) {
  auto client = admin_client(context);
  if (!client) {
    return kExitConfiguration;
  }
  const AdminReply answer = client->get(target_of(context.arguments.trace));
  if (!answer) {
    return report(context, answer.error());
  }
  if (context.arguments.json) {
    context.out << json::serialize(*answer) << '\n';
  } else if (!is_unknown(*answer)) {
    context.out << trace_text(*answer);
  }
  if (is_unknown(*answer)) {
    context.err << "firn: no document " << context.arguments.trace.id << " was received here.\n"
                << "Is the id right? HQ shows under \"Data Forwarding Records\" what it has sent.\n";
    return kExitFailed;
  }
  return kExitOk;
}

}  // namespace firn
