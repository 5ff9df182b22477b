#include "tests/standins/standin_server.h"

#include <fmt/format.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/ascii_text.h"
#include "base/check.h"

namespace firn {

class StandinServer::Exchange final : public HttpExchange {
 public:
  Exchange(StandinServer& server, StandinRequest request) : server_(server), request_(std::move(request)) {}
  std::optional<HttpResponse> grow(std::size_t /*size*/) override { return std::nullopt; }
  void body(std::string body, HttpAnswer answer) override {
    request_.body = std::move(body);
    answer(server_.answer(request_));
  }

 private:
  StandinServer& server_;
  StandinRequest request_;
};

StandinServer::~StandinServer() = default;

void StandinServer::start() {
  auto started = start_http_server({}, *this);
  FIRN_CHECK(started.has_value(), "a server on loopback starts");
  server_ = std::move(*started);
}

std::string StandinServer::url() const { return fmt::format("http://127.0.0.1:{}", port()); }

HttpDecision StandinServer::head(const HttpHead& head) {
  StandinRequest request;
  request.method = head.method;
  request.target = head.target;
  for (const HttpField& field : head.fields) {
    request.headers[lower_ascii(field.name)] = field.value;
  }
  HttpDecision decision;
  decision.exchange = std::make_unique<Exchange>(*this, std::move(request));
  return decision;
}

}  // namespace firn
