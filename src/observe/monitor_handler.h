#pragma once

#include <string>

#include "observe/health.h"
#include "platform/http_server.h"

namespace firn {

/// What the monitor shows. Called on the monitor's own thread, and may take a while.
class Monitored {
 public:
  virtual ~Monitored() = default;
  [[nodiscard]] virtual std::string metrics_text() = 0;
  [[nodiscard]] virtual Health health() = 0;
  [[nodiscard]] virtual Readiness readiness() = 0;
};

/// Answers machines that watch the daemon: `GET /metrics` (Prometheus' text format), `/healthz` (200 while the process
/// makes progress, else 503) and `/readyz` (200 while every repeater takes documents, else 503 with reasons). No
/// credentials, no payload. Runs on a server of its own.
class MonitorHandler final : public HttpHandler {
 public:
  /// `monitored` must outlive the handler.
  explicit MonitorHandler(Monitored& monitored) : monitored_(monitored) {}

  HttpDecision head(const HttpHead& head) override;

 private:
  HttpResponse answer(const HttpHead& head);

  Monitored& monitored_;
};

}  // namespace firn
