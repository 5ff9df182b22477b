#include <boost/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "config/config.h"
#include "config/explain.h"

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
  if (context.arguments.json) {
    context.out << explain_json(*config) << '\n';
    return kExitOk;
  }
  const std::string certificates = explain_certificates(*config, context.clock.now());
  context.out << explain(*config) << '\n' << certificates << (certificates.empty() ? "" : "\n");
  context.out << path << " is correct.\n";
  for (const ConfigError& warning : config->warnings) {
    context.err << "warning: " << warning.str() << '\n';
  }
  return kExitOk;
}

}  // namespace firn
