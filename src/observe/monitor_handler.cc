#include "observe/monitor_handler.h"

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/plain_text.h"

namespace firn {
namespace {

std::string json_text(std::string_view text) {
  std::string out = "\"";
  append_escaped(out, text, std::numeric_limits<std::uint32_t>::max());
  return out + '"';
}

HttpResponse json_answer(int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body) + "\n";
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

HttpResponse health_answer(const Health& health) {
  std::string loops;
  for (const LoopState& loop : health.loops) {
    loops += fmt::format(R"({}{{"name":{},"state":"{}","busy_seconds":{:.3f}}})", loops.empty() ? "" : ",",
                         json_text(loop.name), loop.is_stuck() ? "stuck" : "good",
                         static_cast<double>(loop.busy_for.count()) / 1e6);
  }
  return json_answer(health.is_good() ? 200 : 503,
                     fmt::format(R"({{"status":"{}","loops":[{}]}})", health.is_good() ? "good" : "stuck", loops));
}

HttpResponse readiness_answer(const Readiness& readiness) {
  std::string repeaters;
  for (const RepeaterReadiness& repeater : readiness.repeaters) {
    repeaters +=
        fmt::format(R"({}{{"name":{},"ready":{},"reason":{}}})", repeaters.empty() ? "" : ",", json_text(repeater.name),
                    repeater.reason.empty(), repeater.reason.empty() ? "null" : json_text(repeater.reason));
  }
  return json_answer(
      readiness.is_ready() ? 200 : 503,
      fmt::format(R"({{"status":"{}","repeaters":[{}]}})", readiness.is_ready() ? "ready" : "not ready", repeaters));
}

}  // namespace

HttpDecision MonitorHandler::head(const HttpHead& head) { return {nullptr, answer(head)}; }

HttpResponse MonitorHandler::answer(const HttpHead& head) {
  if (head.method != "GET") {
    HttpResponse response = json_answer(405, R"({"error":"the monitor knows GET only"})");
    response.headers.emplace_back("Allow", "GET");
    return response;
  }
  const std::string_view path = head.target.substr(0, head.target.find('?'));
  if (path == "/metrics") {
    HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = monitored_.metrics_text();
    return response;
  }
  if (path == "/healthz") {
    return health_answer(monitored_.health());
  }
  if (path == "/readyz") {
    return readiness_answer(monitored_.readiness());
  }
  return json_answer(404, R"({"error":"there is /metrics, /healthz and /readyz here"})");
}

}  // namespace firn
