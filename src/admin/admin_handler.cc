#include "admin/admin_handler.h"
#include "admin/audit_view.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <boost/system/error_code.hpp>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/control_view.h"
#include "admin/costs_view.h"
#include "admin/ingest_view.h"
#include "admin/json.h"
#include "admin/purge_view.h"
#include "admin/quarantine_view.h"
#include "admin/schedule_view.h"
#include "admin/stage_view.h"
#include "admin/status_view.h"
#include "admin/trace_view.h"
#include "base/base64.h"
#include "base/result.h"
#include "base/url.h"
#include "pack/document_columns.h"
#include "pipeline/daemon.h"
#include "platform/http_server.h"

namespace firn {
namespace {

using boost::json::object;

// Room for a repaired document of 64 MB in base64.
constexpr std::size_t kMaxBody = 90U << 20U;
constexpr std::string_view kPrefix = "/api/v1/";

/// A request taken apart.
struct Call {
  std::string method;
  std::vector<std::string> path;  // below /api/v1
  UrlQuery query;
  object body;
};

Error bad_request(const std::string& what, const std::string& why) {
  return {ErrorKind::kInvalidInput, "read request", what, why, "see docs/cli.md"};
}

Error no_route(const std::string& target) {
  return {ErrorKind::kNotFound, "find", target, "there is no such address in the admin API", "see docs/cli.md"};
}

Result<std::uint64_t> parse_number(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(bad_request(text, "it is not a number"));
  }
  return number;
}

Result<Call> take_apart(const std::string& method, const std::string& target, const std::string& body) {
  Call call;
  call.method = method;
  const auto url = parse_url_target(target);
  if (!url || !url->path.starts_with(kPrefix)) {
    return fail(no_route(target));
  }
  call.path = split_path(url->path.substr(kPrefix.size()));
  call.query = url->query;
  if (!body.empty()) {
    boost::system::error_code error;
    const auto parsed = boost::json::parse(body, error);
    if (error || !parsed.is_object()) {
      return fail(bad_request("body", "it is not a JSON object"));
    }
    call.body = parsed.as_object();
  }
  return call;
}

Result<std::optional<std::string>> text_field(const object& body, std::string_view name) {
  const auto* field = body.if_contains(name);
  if (field == nullptr || field->is_null()) {
    return std::nullopt;
  }
  if (!field->is_string()) {
    return fail(bad_request(std::string(name), "it is not a text"));
  }
  return std::string(field->as_string());
}

Result<object> retry(Daemon& daemon, const QuarantineId& id, const object& body) {
  FIRN_ASSIGN(const auto encoded, text_field(body, "body_base64"));
  Repair repair;
  if (encoded) {
    repair.body = from_base64(*encoded);
    if (!repair.body) {
      return fail(bad_request("body_base64", "it is not base64"));
    }
  }
  FIRN_ASSIGN(repair.domain, text_field(body, "domain"));
  if (repair.domain && !is_good_name(*repair.domain)) {
    return fail(bad_request("domain", "it is not 1 to 255 bytes without control characters"));
  }
  return quarantine_retry(daemon, id, std::move(repair));
}

/// `behind` is REPEATER/POSITION.
Result<object> list(Daemon& daemon, const UrlQuery& query) {
  QuarantineWish wish{query.get("repeater"), query.get("state"), {}};
  const std::string behind = query.get("behind");
  if (!behind.empty()) {
    const std::size_t slash = behind.find('/');
    if (slash == std::string::npos) {
      return fail(bad_request("behind", "it is not REPEATER/POSITION"));
    }
    FIRN_ASSIGN(const auto position, parse_number(behind.substr(slash + 1)));
    if (position > std::numeric_limits<std::int64_t>::max()) {
      return fail(bad_request("behind", "there is no such position"));
    }
    wish.behind = {RepeaterName(behind.substr(0, slash)), Position(position)};
  }
  return quarantine_list(daemon, wish);
}

Result<object> quarantine_call(Daemon& daemon, const Call& call, const std::string& target) {
  const auto& path = call.path;
  const bool get = call.method == "GET";
  if (path.size() == 1 && get) {
    return list(daemon, call.query);
  }
  if (path.size() == 4 && path[1] == "chunks" && path[3] == "retry" && !get) {
    FIRN_ASSIGN(const auto id, parse_number(path[2]));
    return quarantine_retry_chunk(daemon, static_cast<ChunkId>(id));
  }
  if (path.size() < 3) {
    return fail(no_route(target));
  }
  FIRN_ASSIGN(const auto position, parse_number(path[2]));
  const QuarantineId id{RepeaterName(path[1]), Position(position)};
  if (path.size() == 3 && get) {
    return quarantine_show(daemon, id);
  }
  if (path.size() == 4 && path[3] == "retry" && !get) {
    return retry(daemon, id, call.body);
  }
  if (path.size() == 4 && path[3] == "discard" && !get) {
    return quarantine_discard(daemon, id);
  }
  return fail(no_route(target));
}

Result<object> control_call(Daemon& daemon, const std::string& name, const object& body) {
  FIRN_ASSIGN(const auto repeater, text_field(body, "repeater"));
  FIRN_ASSIGN(const auto step, text_field(body, "step"));
  if (name == "drain") {
    return drain(daemon, repeater.value_or(""));
  }
  const ControlWish wish{repeater.value_or(""), step.value_or("")};
  return name == "pause" ? pause(daemon, wish) : resume(daemon, wish);
}

Result<object> route(Daemon& daemon, const Call& call, const std::string& target) {
  const std::string name = call.path.empty() ? "" : call.path.front();
  const bool get = call.method == "GET";
  if (name == "status" && get) {
    return status_view(daemon);
  }
  if (name == "ingest" && !get) {
    FIRN_ASSIGN(const auto repeater, text_field(call.body, "repeater"));
    return ingest(daemon, repeater.value_or(""));
  }
  if (name == "schedule" && get) {
    return schedule_view(daemon, call.query.get("repeater"));
  }
  if (name == "costs" && get) {
    return costs_view(daemon, {call.query.get("since"), call.query.get("by"), call.query.get("reconcile") == "true"});
  }
  if (name == "purge" && get) {
    return purge_view(daemon, call.query.get("repeater"));
  }
  if (name == "drain" && get) {
    return drain_view(daemon, call.query.get("repeater"));
  }
  if (!get && (name == "pause" || name == "resume" || name == "drain")) {
    return control_call(daemon, name, call.body);
  }
  if (name == "batches" && call.path.size() == 2 && get) {
    FIRN_ASSIGN(const auto id, parse_number(call.path[1]));
    return batch_view(daemon, static_cast<BatchId>(id));
  }
  if (name == "trace" && get) {
    return trace_view(daemon, {call.query.get("id"), call.query.get("repeater"), call.query.get("domain")});
  }
  if (name == "audit" && get) {
    return audit(daemon, {call.query.get("repeater"), call.query.get("period")});
  }
  if (name == "stage" && get) {
    return stage_list(daemon, {call.query.get("repeater"), call.query.get("after")});
  }
  if (name == "quarantine") {
    return quarantine_call(daemon, call, target);
  }
  return fail(no_route(target));
}

HttpResponse answer_to(Daemon& daemon, const std::string& method, const std::string& target, const std::string& body) {
  if (method != "GET" && method != "POST") {
    HttpResponse response = error_response(bad_request(method, "the admin API knows GET and POST"));
    response.status = 405;
    return response;
  }
  const auto call = take_apart(method, target, body);
  if (!call) {
    return error_response(call.error());
  }
  const auto result = route(daemon, *call, target);
  return result ? json_response(*result) : error_response(result.error());
}

constexpr std::string_view kReconcile = "reconcile=true";

/// Stage and destination may be slow to answer: that must not hold those who only look at the daemon.
bool may_wait(const std::string& method, const std::string& target) {
  return method == "POST" || target.starts_with(std::string(kPrefix) + "stage") ||
         target.starts_with(std::string(kPrefix) + "audit") || target.contains(kReconcile);
}

}  // namespace

/// Collects the body, then answers: at once what only looks, from the other thread what changes something or waits.
class AdminHandler::Exchange final : public HttpExchange {
 public:
  Exchange(AdminHandler& handler, const HttpHead& head)
      : handler_(handler), method_(head.method), target_(head.target) {}

  std::optional<HttpResponse> grow(std::size_t size) override {
    if (size <= kMaxBody) {
      return std::nullopt;
    }
    HttpResponse response = error_response(bad_request("body", "it is larger than 90 MB"));
    response.status = 413;
    return response;
  }
  void body(std::string body, HttpAnswer answer) override {
    if (!may_wait(method_, target_)) {
      answer(answer_to(handler_.daemon_, method_, target_, body));
      return;
    }
    // Without room for it the answer is destroyed, which tells the client to come again.
    static_cast<void>(handler_.changes_.submit(
        [&daemon = handler_.daemon_, method = std::move(method_), target = std::move(target_), body = std::move(body),
         answer = std::move(answer)]() mutable { answer(answer_to(daemon, method, target, body)); }));
  }

 private:
  AdminHandler& handler_;
  std::string method_;
  std::string target_;
};

HttpDecision AdminHandler::head(const HttpHead& head) {
  HttpDecision decision;
  decision.exchange = std::make_unique<Exchange>(*this, head);
  return decision;
}

}  // namespace firn
