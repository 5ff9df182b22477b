#pragma once

#include <boost/json/value.hpp>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cli/context.h"
#include "config/config.h"
#include "platform/http_client.h"

namespace firn {

/// Why an answer of the daemon is not there: kExitUnreachable when none came, else kExitFailed.
struct AdminFailure {
  int exit_code = 0;
  std::string message;
  std::string hint;  ///< may be empty
};

using AdminReply = std::expected<boost::json::value, AdminFailure>;

/// Asks the daemon over its Unix socket. One thread.
class AdminClient {
 public:
  AdminClient(std::unique_ptr<HttpClient> http, std::string socket)
      : http_(std::move(http)), socket_(std::move(socket)) {}

  /// `target` is a path below `/api/v1` with its query, e.g. "/status".
  AdminReply get(const std::string& target) { return call("GET", target, ""); }
  AdminReply post(const std::string& target, const std::string& body) { return call("POST", target, body); }

 private:
  AdminReply call(const std::string& method, const std::string& target, const std::string& body);

  std::unique_ptr<HttpClient> http_;
  std::string socket_;
};

/// A client for the daemon of the configuration; when that is wrong, the mistakes are printed and nothing is returned.
std::optional<AdminClient> admin_client(const CliContext& context);

/// Prints the failure; returns its exit code.
int report(const CliContext& context, const AdminFailure& failure);

}  // namespace firn
