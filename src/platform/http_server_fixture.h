#pragma once

// For the tests of the HTTP server: a handler to talk to, and the server around it.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "platform/http_message.h"
#include "platform/http_server.h"
#include "platform/http_test_client.h"

namespace firn {

inline constexpr std::size_t kBodyLimit = 100000;
inline constexpr std::size_t kFullAbove = 50000;  // of a body for /full

/// Answers with the method, the path and the body's length. Below /later the answer waits until release().
/// Below /refuse it refuses at the head; /drop forgets to answer.
class EchoHandler final : public HttpHandler {
 public:
  HttpDecision head(const HttpHead& head) override {
    HttpDecision decision;
    const std::string target(head.target);
    if (target == "/refuse") {
      decision.response = error_response(401, "no");
      return decision;
    }
    if (target == "/echo-header") {
      decision.response.body = std::string(head.header("x-EXAMPLE"));
      return decision;
    }
    if (head.content_length.value_or(0) > kBodyLimit) {
      decision.response = error_response(413, "too large");
      return decision;
    }
    decision.exchange = std::make_unique<Exchange>(*this, std::string(head.method) + " " + target);
    return decision;
  }

  /// The number of requests that wait for release(), once there are that many.
  void wait_for(std::size_t count) {
    const MutexLock lock(mutex_);
    while (waiting_.size() < count) {
      changed_.wait(mutex_);
    }
  }

  /// Answers what waits, on the calling thread.
  void release() {
    const MutexLock lock(mutex_);
    for (auto& answer : waiting_) {
      answer(text("late"));
    }
    waiting_.clear();
  }

  /// Makes the server's thread wait at a request for /held until let_go().
  void hold() { set_held(true); }
  void let_go() { set_held(false); }
  void wait_until_held() {
    const MutexLock lock(mutex_);
    while (!is_waiting_) {
      changed_.wait(mutex_);
    }
  }

  std::size_t largest_growth = 0;  // server thread, read after the answer

 private:
  class Exchange final : public HttpExchange {
   public:
    Exchange(EchoHandler& handler, std::string name) : handler_(handler), name_(std::move(name)) {}
    std::optional<HttpResponse> grow(std::size_t size) override {
      if (size > kBodyLimit) {
        return error_response(413, "too large");
      }
      handler_.largest_growth = std::max(handler_.largest_growth, size);
      const bool full = name_.ends_with("/full") && size > kFullAbove;
      return full ? std::optional(error_response(503, "full")) : std::nullopt;
    }
    void body(std::string body, HttpAnswer answer) override {
      if (name_.ends_with("/held")) {
        handler_.wait_while_held();
      }
      if (name_.ends_with("/later")) {
        handler_.keep(std::move(answer));
      } else if (name_.ends_with("/big")) {
        answer(text(std::string(8U << 20U, 'x')));
      } else if (!name_.ends_with("/drop")) {
        answer(text(name_ + " " + std::to_string(body.size()) + " " + body.substr(0, 20)));
      }
    }

   private:
    EchoHandler& handler_;
    std::string name_;
  };

  static HttpResponse text(std::string body) {
    HttpResponse response;
    response.body = std::move(body);
    response.content_type = "text/plain";
    return response;
  }

  void set_held(bool held) {
    const MutexLock lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }

  void wait_while_held() {
    const MutexLock lock(mutex_);
    is_waiting_ = true;
    changed_.notify_all();
    while (held_) {
      changed_.wait(mutex_);
    }
  }

  void keep(HttpAnswer answer) {
    const MutexLock lock(mutex_);
    waiting_.push_back(std::move(answer));
    changed_.notify_all();
  }

  Mutex mutex_;
  Condition changed_;
  bool held_ FIRN_GUARDED_BY(mutex_) = false;
  bool is_waiting_ FIRN_GUARDED_BY(mutex_) = false;
  std::vector<HttpAnswer> waiting_ FIRN_GUARDED_BY(mutex_);
};

/// A server with this handler, not yet started.
template <typename Handler>
class HttpServerTestWith : public testing::Test {
 protected:
  void start(const HttpServerOptions& options = {}) {
    auto started = start_http_server(options, handler_);
    ASSERT_TRUE(started) << started.error().message();
    server_ = std::move(*started);
  }
  Client connect() { return Client(server_->port()); }

  Handler handler_;
  std::unique_ptr<HttpServer> server_;
};
using HttpServerTest = HttpServerTestWith<EchoHandler>;

}  // namespace firn
