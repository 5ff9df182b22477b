#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
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

constexpr Duration kBetweenQuestions = std::chrono::milliseconds(500);

std::string controls_text(const json::array& controls) {
  if (controls.empty()) {
    return "Nothing is paused.\n";
  }
  TextTable table({{"REPEATER"}, {"PAUSED"}, {"SINCE"}});
  for (const json::value& control : controls) {
    table.add({text_of(control, "repeater"), text_of(control, "control"), time_of(control, "since")});
  }
  return table.str();
}

int change_controls(const CliContext& context, const std::string& route) {
  auto client = admin_client(context);
  if (!client) {
    return kExitConfiguration;
  }
  const ControlArguments& arguments = context.arguments.control;
  const json::object wish{{"repeater", arguments.repeater}, {"step", arguments.step}};
  const AdminReply answer = client->post(route, json::serialize(wish));
  if (!answer) {
    return report(context, answer.error());
  }
  context.out << (context.arguments.json ? json::serialize(*answer) + "\n"
                                         : controls_text(list_of(*answer, "controls")));
  return kExitOk;
}

std::string left_text(const json::value& answer) {
  std::string text = fmt::format("{} records wait to be packed", human_count(count_of(answer, "waiting")));
  for (const json::value& totals : list_of(answer, "chunks")) {
    text += fmt::format(", {} files are {}", human_count(count_of(totals, "chunks")), text_of(totals, "state"));
  }
  return text;
}

std::string paused_text(const json::value& answer) {
  std::string text;
  for (const json::value& step : list_of(answer, "paused")) {
    text += (text.empty() ? "; paused: " : ", ") + std::string(step.as_string());
  }
  return text;
}

bool holds_quarantine(const json::value& answer) {
  for (const json::value& totals : list_of(answer, "chunks")) {
    if (text_of(totals, "state") == "quarantined") {
      return true;
    }
  }
  return false;
}

/// Tells the end of a drain; the exit code.
int tell_of_drain(const CliContext& context, const json::value& answer) {
  const std::string& repeater = context.arguments.control.repeater;
  const bool drained = is_true(answer, "drained") && is_true(answer, "draining");
  if (context.arguments.json) {
    context.out << json::serialize(answer) << '\n';
  } else if (drained) {
    context.out << fmt::format(
        "{0} is drained: nothing of it is left but what is in the table, and it takes nothing (503).\n"
        "Now stop firn, change firn.toml and start firn again; or go on as before: firn resume {0}\n",
        repeater);
  }
  if (drained) {
    return kExitOk;
  }
  if (!is_true(answer, "draining")) {
    context.err << "firn: somebody has ended the drain with `firn resume`\n";
  } else {
    context.err << fmt::format("firn: not drained within the time-out: {}{}{}; it goes on, `firn resume {}` ends it\n",
                               left_text(answer), holds_quarantine(answer) ? " (firn quarantine list tells why)" : "",
                               paused_text(answer), repeater);
  }
  return kExitFailed;
}

}  // namespace

int run_pause(const CliContext& context) { return change_controls(context, "/pause"); }

int run_resume(const CliContext& context) { return change_controls(context, "/resume"); }

int run_drain(const CliContext& context) {
  auto client = admin_client(context);
  if (!client) {
    return kExitConfiguration;
  }
  const ControlArguments& arguments = context.arguments.control;
  const Duration end = context.clock.steady() + arguments.timeout;
  AdminReply answer = client->post("/drain", json::serialize(json::object{{"repeater", arguments.repeater}}));
  while (answer && is_true(*answer, "draining") && !is_true(*answer, "drained") && context.clock.steady() < end) {
    context.pause(kBetweenQuestions);
    answer = client->get("/drain?repeater=" + percent_encode(arguments.repeater));
  }
  if (!answer) {
    return report(context, answer.error());
  }
  return tell_of_drain(context, *answer);
}

}  // namespace firn
