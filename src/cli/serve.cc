#include "cli/serve.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "admin/admin_handler.h"
#include "base/result.h"
#include "config/config.h"
#include "observe/log.h"
#include "observe/monitor_handler.h"
#include "observe/service_watch.h"
#include "pipeline/daemon.h"
#include "pipeline/daemon_monitor.h"
#include "platform/file_system.h"
#include "platform/http_server.h"
#include "platform/memory_privacy.h"
#include "platform/process_figures.h"
#include "platform/signals.h"
#include "platform/system_clock.h"

namespace firn {
namespace {

constexpr Duration kAdminDrainLimit = std::chrono::seconds(5);
constexpr Duration kMonitorDrainLimit = std::chrono::seconds(1);

Result<std::unique_ptr<HttpServer>> start_admin(const Config& config, AdminHandler& handler) {
  HttpServerOptions options;
  options.unix_path = config.admin_socket();
  options.thread_name = "firn-admin";
  return start_http_server(options, handler);
}

/// Null when the configuration wants none.
Result<std::unique_ptr<HttpServer>> start_monitor(const MonitorConfig& config, MonitorHandler& handler) {
  if (!config.enabled) {
    return nullptr;
  }
  HttpServerOptions options;
  options.endpoints = {{config.address, config.port, nullptr}};
  options.thread_name = "firn-monitor";
  options.max_connections = 64;
  return start_http_server(options, handler);
}

/// A line for each port.
Status write_ports(Daemon& daemon, const std::string& file, const std::vector<std::uint16_t>& ports) {
  std::string lines;
  for (const std::uint16_t port : ports) {
    lines += std::to_string(port) + "\n";
  }
  return file.empty() ? Status() : replace_file(daemon.files(), file, lines);
}

/// A crash must not leave a file with forms and passwords, unless the configuration allows it.
Status keep_memory_private(const Config& config, Log& log) {
  if (!config.debug.core_dumps) {
    return forbid_core_files();
  }
  show_memory();
  log.write(LogLevel::kWarning, "daemon.core_dumps_allowed",
            {{"reason", "debug.core_dumps is \"allow\": a core file holds forms and passwords"}});
  return {};
}

Status run(const Config& config, const ServeOptions& options, Log& log) {
  FIRN_TRY(keep_memory_private(config, log));
  Daemon daemon(config, log);
  FIRN_TRY(daemon.start());
  AdminHandler handler(daemon);
  FIRN_ASSIGN(const auto admin, start_admin(config, handler));
  DaemonMonitor monitor(daemon);
  MonitorHandler monitor_handler(monitor);
  FIRN_ASSIGN(const auto monitor_server, start_monitor(config.monitor, monitor_handler));
  if (monitor_server) {
    FIRN_TRY(write_ports(daemon, options.monitor_port_file, monitor_server->ports()));
  }
  FIRN_TRY(write_ports(daemon, options.port_file, daemon.intake_ports()));
  ServiceWatch watch(service_manager(options.notify_socket, options.watchdog_usec, options.watchdog_pid, process_id()),
                     {[&monitor] { return monitor.health(); }, [&monitor] { return monitor.status_line(); }}, log);
  const int signal = wait_for_termination();
  log.write(LogLevel::kInfo, "daemon.stopping", {{"signal", std::to_string(signal)}});
  watch.stopping();
  daemon.stop();
  admin->drain(kAdminDrainLimit);
  if (monitor_server) {
    monitor_server->drain(kMonitorDrainLimit);
  }
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
