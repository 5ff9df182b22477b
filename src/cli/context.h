#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/error.h"
#include "base/time.h"
#include "cli/arguments.h"
#include "cli/serve.h"
#include "config/config.h"
#include "platform/file_system.h"
#include "platform/http_client.h"
#include "platform/process.h"

namespace firn {

/// What a command has of the world. Everything is passed in, so that tests can stand in for it.
struct CliContext {
  const Arguments& arguments;
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool in_is_terminal = false;
  bool err_is_terminal = false;
  FileSystem& files;
  const Clock& clock;
  ProcessLauncher& processes;
  Environment environment;
  std::function<std::unique_ptr<HttpClient>()> make_http_client;
  std::function<int(const Config&, const ServeOptions&)> serve;
  std::function<void(Duration)> pause;  ///< lets time pass between two questions to the daemon
};

/// The path of the configuration: `--config`, $FIRN_CONFIG, ./firn.toml when it is there, /etc/firn/firn.toml.
std::string config_path(const CliContext& context);

/// The configuration; when it is wrong, the mistakes are printed and nothing is returned.
std::optional<Config> load_or_report(const CliContext& context, const LoadOptions& options = {});

/// Prints an error and what to do about it.
void print_error(std::ostream& err, const Error& error);

}  // namespace firn
