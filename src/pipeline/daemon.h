#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "config/config.h"
#include "model/catalog.h"
#include "observe/alarms.h"
#include "observe/log.h"
#include "observe/metrics.h"
#include "pipeline/budget_watch.h"
#include "pipeline/certificate_watch.h"
#include "pipeline/connections.h"
#include "pipeline/controls.h"
#include "pipeline/intake_gate.h"
#include "pipeline/intake_meters.h"
#include "pipeline/quarantine_watch.h"
#include "pipeline/repeater_line.h"
#include "pipeline/request_usage.h"
#include "pipeline/scheduler.h"
#include "pipeline/target_guard.h"
#include "platform/file_system.h"
#include "platform/http_server.h"
#include "platform/process.h"
#include "platform/tls.h"

namespace firn {

class AccessControl;
class HttpIntake;
class IntakeMediator;

/// The running daemon: opens everything in order and closes it in order. See docs/architecture.md for its threads.
/// Threads: start() and stop() from one thread, the accessors from any in between.
class Daemon {
 public:
  /// `log` must outlive the daemon.
  Daemon(Config config, Log& log);
  ~Daemon();

  /// Takes the data directory's lock, opens the catalog and every repeater's journal, runs the steps, and listens.
  /// kBusy: another daemon holds the data directory. A repeater that cannot be opened has an alarm; the others run.
  Status start();

  /// Ends without losing a request: intake answers 503 and what is under way is finished and answered, then the
  /// journals, then the steps that run. May be called twice.
  void stop();

  /// The ports of intake's listeners, in the order of the configuration.
  [[nodiscard]] std::vector<std::uint16_t> intake_ports() const { return intake_server_->ports(); }
  /// What intake's listeners are served with, in the same order; null for plain HTTP.
  [[nodiscard]] const std::vector<std::shared_ptr<TlsSource>>& intake_certificates() const { return certificates_; }
  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] Catalog& catalog() { return *catalog_; }
  [[nodiscard]] const Connections& connections() const { return *connections_; }
  [[nodiscard]] Scheduler& scheduler() { return *scheduler_; }
  [[nodiscard]] Controls& controls() { return *controls_; }
  [[nodiscard]] Alarms& alarms() { return alarms_; }
  [[nodiscard]] Metrics& metrics() { return metrics_; }
  [[nodiscard]] const Log& log() const { return log_; }
  [[nodiscard]] std::vector<const HttpServer*> intake_servers() const { return {intake_server_.get()}; }
  /// Bodies being received or waiting for the journal.
  [[nodiscard]] std::size_t intake_bytes() const;
  /// How long the thread that checks credentials has been at one thing; 0 while it waits.
  [[nodiscard]] Duration access_busy_for() const { return access_->busy_for(); }
  /// Why intake would refuse a document of the repeater now.
  [[nodiscard]] std::optional<Error> intake_refusal(RepeaterLine& line) const;
  [[nodiscard]] FileSystem& files() { return *files_; }
  [[nodiscard]] const Clock& clock() const { return *clock_; }
  [[nodiscard]] const std::vector<std::unique_ptr<RepeaterLine>>& lines() const { return lines_; }
  /// Null when there is no such repeater.
  [[nodiscard]] RepeaterLine* line(const RepeaterName& name);
  /// What was used until now, with the requests that are not written yet.
  Result<std::vector<UsageEntry>> usage(const UsageFilter& filter);
  [[nodiscard]] bool draining() const { return draining_; }
  [[nodiscard]] Duration uptime() const { return clock_->steady() - started_; }
  [[nodiscard]] static std::string version();

 private:
  Status open_data_directory();
  Status open_catalog();
  Status choose_methods();
  Status open_lines();
  Status check_stages();
  Status tell_of_strangers();
  Status open_certificates();
  Status listen();
  [[nodiscard]] std::string listener_urls() const;
  void run_workers();
  void work();

  Config config_;  // with the methods that prices have chosen
  Log& log_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<FileSystem> files_;
  std::unique_ptr<ProcessLauncher> launcher_;
  Alarms alarms_;
  Metrics metrics_;
  std::unique_ptr<FileLock> lock_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<RequestUsage> request_usage_;
  std::unique_ptr<BudgetWatch> budget_watch_;
  std::unique_ptr<Connections> connections_;
  std::unique_ptr<DiskWatch> disk_;
  std::unique_ptr<QuarantineWatch> quarantine_watch_;
  std::unique_ptr<Scheduler> scheduler_;
  std::unique_ptr<Controls> controls_;
  std::unique_ptr<TargetGuard> targets_;
  std::vector<std::unique_ptr<RepeaterLine>> lines_;
  std::unique_ptr<IntakeMeters> meters_;
  std::unique_ptr<IntakeMediator> mediator_;
  std::unique_ptr<AccessControl> access_;
  std::unique_ptr<HttpIntake> intake_;
  std::vector<std::shared_ptr<TlsSource>> certificates_;
  std::unique_ptr<CertificateWatch> certificate_watch_;  // null when nothing is served with TLS
  std::unique_ptr<HttpServer> intake_server_;
  std::vector<std::thread> workers_;
  std::atomic<bool> draining_{false};
  Duration started_{0};
};

}  // namespace firn
