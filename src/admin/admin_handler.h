#pragma once

#include "admin/call_thread.h"
#include "pipeline/daemon.h"
#include "platform/http_server.h"

namespace firn {

/// Serves the admin API (docs/cli.md lists the routes). Runs on a server of its own: its requests may take a while, and
/// must not hold intake up. What changes something may wait for the pipeline, and is done on another thread.
class AdminHandler final : public HttpHandler {
 public:
  /// `daemon` must outlive the handler.
  explicit AdminHandler(Daemon& daemon) : daemon_(daemon) {}

  HttpDecision head(const HttpHead& head) override;

 private:
  class Exchange;

  Daemon& daemon_;
  CallThread changes_;
};

}  // namespace firn
