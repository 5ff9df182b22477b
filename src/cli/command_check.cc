#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/plain_text.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/table.h"
#include "config/config.h"
#include "config/explain.h"
#include "pipeline/live_check.h"

namespace firn {
namespace {

std::string errors_json(const std::vector<ConfigError>& errors) {
  boost::json::array list;
  for (const ConfigError& error : errors) {
    list.push_back({{"file", error.file},
                    {"line", error.line},
                    {"column", error.column},
                    {"message", error.message},
                    {"hint", error.hint}});
  }
  return boost::json::serialize(boost::json::object{{"errors", list}});
}

std::string_view word_of(LiveFinding::Kind kind) {
  switch (kind) {
    case LiveFinding::Kind::kGood:
      return "ok";
    case LiveFinding::Kind::kWarning:
      return "WARNING";
    case LiveFinding::Kind::kWrong:
      return "WRONG";
  }
  return "";
}

std::string live_text(const std::vector<LiveReport>& reports) {
  std::string text;
  for (const LiveReport& report : reports) {
    text += fmt::format("connection {}: {}\n", report.connection, for_terminal(report.place));
    TextTable table({{""}, {""}, {""}});
    for (const LiveFinding& finding : report.findings) {
      table.add({finding.what, std::string(word_of(finding.kind)), finding.found});
      if (!finding.hint.empty()) {
        table.add({"", "", "-> " + finding.hint});
      }
    }
    text += table.str("  ") + "\n";
  }
  return text;
}

boost::json::array live_json(const std::vector<LiveReport>& reports) {
  boost::json::array out;
  for (const LiveReport& report : reports) {
    boost::json::array findings;
    for (const LiveFinding& finding : report.findings) {
      findings.push_back({{"what", finding.what},
                          {"result", word_of(finding.kind)},
                          {"found", finding.found},
                          {"hint", finding.hint}});
    }
    out.push_back({{"connection", report.connection}, {"place", report.place}, {"findings", std::move(findings)}});
  }
  return out;
}

std::vector<LiveReport> look(const CliContext& context, const Config& config) {
  const S3Access::Surroundings surroundings{context.files, context.processes, context.clock, context.environment};
  return context.arguments.live ? check_live(config, surroundings) : check_credentials(config, surroundings);
}

void print(const CliContext& context, const Config& config, const std::string& path,
           const std::vector<LiveReport>& reports) {
  const std::string certificates = explain_certificates(config, context.clock.now());
  context.out << explain(config) << '\n' << certificates << (certificates.empty() ? "" : "\n");
  context.out << live_text(reports) << path << " is correct"
              << (is_good(reports) ? ".\n" : ", but not all that it names works: see WRONG above.\n");
  for (const ConfigError& warning : config.warnings) {
    context.err << "warning: " << warning.str() << '\n';
  }
}

}  // namespace

int run_check(const CliContext& context) {
  const std::string path = config_path(context);
  const auto config = load_config(context.files, path, context.environment);
  if (!config) {
    if (context.arguments.json) {
      context.out << errors_json(config.error()) << '\n';
    }
    for (const ConfigError& error : config.error()) {
      context.err << error.str() << '\n';
    }
    return kExitConfiguration;
  }
  const auto reports = look(context, *config);
  if (context.arguments.json) {
    boost::json::object out = boost::json::parse(explain_json(*config)).as_object();
    out["connections"] = live_json(reports);
    context.out << boost::json::serialize(out) << '\n';
  } else {
    print(context, *config, path, reports);
  }
  return context.arguments.live && !is_good(reports) ? kExitFailed : kExitOk;
}

}  // namespace firn
