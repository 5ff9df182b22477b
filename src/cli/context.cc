#include "cli/context.h"

#include <optional>
#include <ostream>
#include <string>

#include "base/error.h"
#include "config/config.h"

namespace firn {

std::string config_path(const CliContext& context) {
  if (!context.arguments.config.empty()) {
    return context.arguments.config;
  }
  if (const auto path = context.environment("FIRN_CONFIG"); path && !path->empty()) {
    return *path;
  }
  const std::string here = "firn.toml";
  return context.files.exists(here).value_or(false) ? here : "/etc/firn/firn.toml";
}

std::optional<Config> load_or_report(const CliContext& context, const LoadOptions& options) {
  auto config = load_config(context.files, config_path(context), context.environment, options);
  if (config) {
    return *std::move(config);
  }
  for (const ConfigError& error : config.error()) {
    context.err << error.str() << '\n';
  }
  return std::nullopt;
}

void print_error(std::ostream& err, const Error& error) {
  Error without_hint = error;
  without_hint.hint.clear();
  err << "firn: " << without_hint.message() << '\n';
  if (!error.hint.empty()) {
    err << error.hint << '\n';
  }
}

}  // namespace firn
