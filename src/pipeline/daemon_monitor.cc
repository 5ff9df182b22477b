#include "pipeline/daemon_monitor.h"

#include <fmt/format.h>

#include <chrono>
#include <string>

#include "pipeline/daemon.h"
#include "pipeline/daemon_metrics.h"

namespace firn {
namespace {

// The server turns once a second or more often, and never blocks.
constexpr Duration kServerLimit = std::chrono::seconds(30);
// A hash takes some ten milliseconds; it also reads and writes small files.
constexpr Duration kAuthLimit = std::chrono::seconds(60);
// One append is at most some megabytes; a disk that takes longer than this for it hangs.
constexpr Duration kCommitLimit = std::chrono::seconds(120);
// A step does one bounded piece: at most a chunk of 250 MB, read, compressed or copied, on a slow disk.
constexpr Duration kStepLimit = std::chrono::minutes(30);

}  // namespace

DaemonMonitor::DaemonMonitor(Daemon& daemon) : daemon_(daemon) {
  daemon.metrics().on_scrape([&daemon](MetricSamples& samples) { collect_daemon(daemon, samples); });
}

std::string DaemonMonitor::metrics_text() { return daemon_.metrics().text(); }

Health DaemonMonitor::health() {
  Health health;
  for (const auto& server : daemon_.intake_servers()) {
    health.loops.push_back({"firn-http", server->view().since_last_turn, kServerLimit});
  }
  health.loops.push_back({"firn-auth", daemon_.access_busy_for(), kAuthLimit});
  for (const auto& line : daemon_.lines()) {
    health.loops.push_back({"firn-commit " + line->name().str(), line->commit_busy_for(), kCommitLimit});
  }
  for (const StepView& step : daemon_.scheduler().views()) {
    if (step.state == StepView::State::kRunning || step.running_for > Duration(0)) {
      health.loops.push_back({"firn-worker " + step.repeater.str() + "/" + step.step, step.running_for, kStepLimit});
    }
  }
  return health;
}

Readiness DaemonMonitor::readiness() {
  Readiness readiness;
  for (const auto& line : daemon_.lines()) {
    const auto refusal = daemon_.intake_refusal(*line);
    readiness.repeaters.push_back({line->name().str(), refusal ? refusal->reason : ""});
  }
  return readiness;
}

std::string DaemonMonitor::status_line() {
  const std::size_t alarms = daemon_.alarms().list().size();
  const std::string state = daemon_.draining() ? "stopping" : "running";
  return fmt::format(
      "{}, {} repeater{}, {}", state, daemon_.lines().size(), daemon_.lines().size() == 1 ? "" : "s",
      alarms == 0 ? "no alarm" : fmt::format("{} alarm{}: see firn status", alarms, alarms == 1 ? "" : "s"));
}

}  // namespace firn
