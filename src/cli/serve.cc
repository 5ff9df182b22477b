#include "cli/serve.h"

#include <cstdio>
#include <memory>
#include <string>

#include "admin/admin_handler.h"
#include "base/result.h"
#include "config/config.h"
#include "observe/log.h"
#include "pipeline/daemon.h"
#include "platform/file_system.h"
#include "platform/http_server.h"
#include "platform/signals.h"
#include "platform/system_clock.h"

namespace firn {
namespace {

constexpr Duration kAdminDrainLimit = std::chrono::seconds(5);

Result<std::unique_ptr<HttpServer>> start_admin(const Config& config, AdminHandler& handler) {
  HttpServerOptions options;
  options.unix_path = config.admin_socket();
  options.thread_name = "firn-admin";
  return start_http_server(options, handler);
}

Status run(const Config& config, const ServeOptions& options, Log& log) {
  Daemon daemon(config, log);
  FIRN_TRY(daemon.start());
  AdminHandler handler(daemon);
  FIRN_ASSIGN(const auto admin, start_admin(config, handler));
  if (!options.port_file.empty()) {
    FIRN_TRY(replace_file(daemon.files(), options.port_file, std::to_string(daemon.intake_port()) + "\n"));
  }
  const int signal = wait_for_termination();
  log.write(LogLevel::kInfo, "daemon.stopping", {{"signal", std::to_string(signal)}});
  daemon.stop();
  admin->drain(kAdminDrainLimit);
  return {};
}

}  // namespace

int serve(const Config& config, const ServeOptions& options) {
  block_termination_signals();
  const SystemClock clock;
  Log log(clock, parse_log_level(config.log.level).value_or(LogLevel::kInfo),
          parse_log_format(config.log.format).value_or(LogFormat::kLogfmt), stderr);
  if (const Status ended = run(config, options, log); !ended) {
    log.write(LogLevel::kError, "daemon.failed", {{"reason", ended.error().message()}});
    return 1;
  }
  return 0;
}

}  // namespace firn
