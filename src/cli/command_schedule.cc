#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>
#include <string>

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

std::string schedule_text(const json::value& answer) {
  TextTable table({{"REPEATER"}, {"TRIGGER"}, {"NEXT (UTC)"}, {"WHY"}});
  for (const json::value& repeater : list_of(answer, "repeaters")) {
    std::string name = text_of(repeater, "repeater");
    for (const json::value& trigger : list_of(repeater, "triggers")) {
      const std::string next = is_true(repeater, "paused") ? "paused" : time_of(trigger, "at");
      table.add({name, text_of(trigger, "trigger"), next, text_of(trigger, "why")});
      name.clear();
    }
  }
  return table.empty() ? "No repeater makes rows.\n" : table.str();
}

}  // namespace

int run_schedule(const CliContext& context) {
  auto client = admin_client(context);
  if (!client) {
    return kExitConfiguration;
  }
  const AdminReply answer = client->get("/schedule?repeater=" + percent_encode(context.arguments.control.repeater));
  if (!answer) {
    return report(context, answer.error());
  }
  context.out << (context.arguments.json ? json::serialize(*answer) + "\n" : schedule_text(*answer));
  return kExitOk;
}

}  // namespace firn
