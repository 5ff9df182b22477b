#pragma once

#include <string>

#include "pipeline/daemon.h"
#include "platform/http_server.h"

namespace firn {

/// Serves the admin API (docs/cli.md lists the routes). Runs on a server of its own: its requests may take a while, and
/// must not hold intake up.
class AdminHandler final : public HttpHandler {
 public:
  /// `daemon` must outlive the handler.
  explicit AdminHandler(Daemon& daemon) : daemon_(daemon) {}

  HttpDecision head(const HttpHead& head) override;

  /// The answer to one request; for tests and for head().
  HttpResponse answer(const std::string& method, const std::string& target, std::string body);

 private:
  Daemon& daemon_;
};

}  // namespace firn
