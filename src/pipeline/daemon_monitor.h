#pragma once

#include <string>

#include "observe/health.h"
#include "observe/metrics.h"
#include "observe/monitor_handler.h"

namespace firn {

class Daemon;

/// The daemon as machines see it (docs/metrics.md). Threads: any, between the daemon's start() and its end.
class DaemonMonitor final : public Monitored {
 public:
  /// Adds the daemon's figures to its metrics. `daemon` must be started, and outlive the monitor; make only one.
  explicit DaemonMonitor(Daemon& daemon);

  [[nodiscard]] std::string metrics_text() override;
  [[nodiscard]] Health health() override;
  [[nodiscard]] Readiness readiness() override;
  /// One line for `systemctl status`.
  [[nodiscard]] std::string status_line();

 private:
  Daemon& daemon_;
};

}  // namespace firn
