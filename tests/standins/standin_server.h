#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "platform/http_server.h"

namespace firn {

/// A request that has come as a whole.
struct StandinRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  /// Empty when it is missing.
  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

/// A server on loopback in this process that answers whole requests. Those derived from it start it when they are made,
/// and stop it first thing when they end. Threads: answer() comes from the server's.
class StandinServer : public HttpHandler {
 public:
  StandinServer() = default;
  ~StandinServer() override;
  StandinServer(const StandinServer&) = delete;
  StandinServer& operator=(const StandinServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  /// `http://127.0.0.1:PORT`.
  [[nodiscard]] std::string url() const;

  HttpDecision head(const HttpHead& head) final;

 protected:
  void start();
  void stop() { server_.reset(); }

 private:
  class Exchange;
  virtual HttpResponse answer(const StandinRequest& request) = 0;

  std::unique_ptr<HttpServer> server_;
};

}  // namespace firn
