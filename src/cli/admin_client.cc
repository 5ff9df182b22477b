#include "cli/admin_client.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <boost/system/error_code.hpp>
#include <expected>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/json_fields.h"
#include "config/config.h"
#include "platform/http_client.h"

namespace firn {
namespace {

constexpr int kHttpOk = 200;

AdminFailure unreachable(const std::string& socket, const std::string& reason) {
  return {kExitUnreachable, fmt::format("no daemon answers at {}: {}", socket, reason),
          "Is it running? `firn serve` starts it; --config chooses the configuration."};
}

AdminFailure failed(const HttpReply& reply, const boost::json::value& answer) {
  const boost::json::value& error = field(answer, "error");
  const std::string message = text_of(error, "message");
  const std::string hint = text_of(error, "hint");
  return {kExitFailed, message.empty() ? fmt::format("the daemon answered {}", reply.status) : message,
          message.contains(hint) ? "" : hint};
}

// A question to the destination may wake a warehouse there.
constexpr Duration kPatience = std::chrono::minutes(6);

}  // namespace

AdminReply AdminClient::call(const std::string& method, const std::string& target, const std::string& body) {
  HttpCall call;
  call.method = method;
  call.url = "http://firn/api/v1" + target;
  call.unix_path = socket_;
  call.body = body;
  call.response_limit = 256U << 20U;
  call.timeout = kPatience;
  if (!body.empty()) {
    call.headers.emplace_back("Content-Type", "application/json");
  }
  const auto reply = http_->call(call);
  if (!reply) {
    return std::unexpected(unreachable(socket_, reply.error().reason));
  }
  boost::system::error_code code;
  boost::json::value answer = boost::json::parse(reply->body, code);
  if (reply->status != kHttpOk) {
    return std::unexpected(failed(*reply, code ? boost::json::value() : answer));
  }
  if (code) {
    return std::unexpected(AdminFailure{kExitFailed, "the daemon's answer is not JSON: " + code.message(), ""});
  }
  return answer;
}

std::optional<AdminClient> admin_client(const CliContext& context) {
  const auto config = load_or_report(context, {.fit_to_serve = false});
  return config ? std::optional<AdminClient>(std::in_place, context.make_http_client(), config->admin_socket())
                : std::nullopt;
}

int report(const CliContext& context, const AdminFailure& failure) {
  context.err << "firn: " << failure.message << '\n';
  if (!failure.hint.empty()) {
    context.err << failure.hint << '\n';
  }
  return failure.exit_code;
}

}  // namespace firn
