#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "platform/http_message.h"
#include "platform/http_server.h"
#include "platform/http_server_fixture.h"

namespace firn {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Defers every decision: until release(), or it resumes at once, or drops the right to do so. What ends in "refused"
/// is answered 401, "twice" is deferred a second time.
class DeferringHandler final : public HttpHandler {
 public:
  enum class Mode { kLater, kNow, kDrop };

  HttpDecision head(const HttpHead&) override { return defer(1); }

  void set(Mode mode) {
    const MutexLock lock(mutex_);
    mode_ = mode;
  }

  void wait_for(std::size_t count) {
    const MutexLock lock(mutex_);
    while (waiting_.size() < count) {
      changed_.wait(mutex_);
    }
  }

  void release() {
    std::vector<HttpResume> waiting;
    {
      const MutexLock lock(mutex_);
      waiting.swap(waiting_);
    }
    for (auto& resume : waiting) {
      resume();
    }
  }

  void wait_until_none_is_left() {
    const MutexLock lock(mutex_);
    while (deferrals_ > 0) {
      changed_.wait(mutex_);
    }
  }

 private:
  class Echo final : public HttpExchange {
   public:
    explicit Echo(std::string name) : name_(std::move(name)) {}
    std::optional<HttpResponse> grow(std::size_t) override { return std::nullopt; }
    void body(std::string body, HttpAnswer answer) override {
      HttpResponse response;
      response.body = name_ + " " + body;
      answer(std::move(response));
    }

   private:
    std::string name_;
  };

  class Deferral final : public HttpDeferral {
   public:
    Deferral(DeferringHandler& handler, int round) : handler_(handler), round_(round) { handler_.add(1); }
    ~Deferral() override { handler_.add(-1); }
    void start(HttpResume resume) override { handler_.keep(std::move(resume)); }
    HttpDecision decide(const HttpHead& head) override {
      HttpDecision decision;
      const std::string target(head.target);
      if (target.ends_with("refused")) {
        decision.response = error_response(401, "no");
      } else if (target.ends_with("twice") && round_ == 1) {
        return handler_.defer(2);
      } else {
        decision.exchange = std::make_unique<Echo>(target + std::string(head.header("X-Field")));
      }
      return decision;
    }

   private:
    DeferringHandler& handler_;
    int round_;
  };

  HttpDecision defer(int round) {
    HttpDecision decision;
    decision.later = std::make_unique<Deferral>(*this, round);
    return decision;
  }

  void keep(HttpResume resume) {
    const MutexLock lock(mutex_);
    if (mode_ == Mode::kNow) {
      resume();
    } else if (mode_ == Mode::kLater) {
      waiting_.push_back(std::move(resume));
      changed_.notify_all();
    }
  }

  void add(int count) {
    const MutexLock lock(mutex_);
    deferrals_ += count;
    changed_.notify_all();
  }

  Mutex mutex_;
  Condition changed_;
  Mode mode_ FIRN_GUARDED_BY(mutex_) = Mode::kLater;
  int deferrals_ FIRN_GUARDED_BY(mutex_) = 0;
  std::vector<HttpResume> waiting_ FIRN_GUARDED_BY(mutex_);
};

using HttpServerDeferralTest = HttpServerTestWith<DeferringHandler>;

TEST_F(HttpServerDeferralTest, TakesTheBodyAfterALateDecision) {
  start();
  Client client = connect();
  client.send(post("/a", "abc", "X-Field: :f\r\n"));
  handler_.wait_for(1);
  handler_.release();
  EXPECT_EQ(body_of(client.response()), "/a:f abc");
  handler_.wait_until_none_is_left();
}

TEST_F(HttpServerDeferralTest, KeepsTheHeadWhileMoreArrives) {
  start();
  Client client = connect();
  const std::string body(300000, 'b');
  client.send(post("/a", ""));
  handler_.wait_for(1);
  client.send(post("/b", body, "X-Field: :g\r\n"));
  handler_.release();
  EXPECT_EQ(body_of(client.response()), "/a ");
  handler_.wait_for(1);
  handler_.release();
  EXPECT_EQ(body_of(client.response()), "/b:g " + body);
}

TEST_F(HttpServerDeferralTest, AsksForTheBodyOnlyAfterTheDecision) {
  start();
  Client client = connect();
  client.send("POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  handler_.wait_for(1);
  EXPECT_EQ(client.received(), "");
  handler_.release();
  EXPECT_EQ(client.response(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(body_of(client.ask("abc")), "/e abc");
}

TEST_F(HttpServerDeferralTest, RefusesLateWithoutAskingForTheBody) {
  start();
  Client client = connect();
  client.send("POST /refused HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  handler_.wait_for(1);
  handler_.release();
  EXPECT_TRUE(has_status(client.response(), 401));
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpServerDeferralTest, KeepsTheConnectionAfterALateRefusalOfAShortBody) {
  handler_.set(DeferringHandler::Mode::kNow);
  start();
  Client client = connect();
  EXPECT_TRUE(has_status(client.ask(post("/refused", "abc")), 401));
  EXPECT_EQ(body_of(client.ask(post("/one", "abc"))), "/one abc");
  EXPECT_EQ(body_of(client.ask(chunked("/two", "3\r\nabc\r\n0\r\n\r\n"))), "/two abc");
}

TEST_F(HttpServerDeferralTest, AnswersPipelinedRequestsInOrder) {
  handler_.set(DeferringHandler::Mode::kNow);
  start();
  Client client = connect();
  client.send(post("/1", "a") + post("/2refused", "bb") + post("/3twice", "c"));
  EXPECT_EQ(body_of(client.response()), "/1 a");
  EXPECT_TRUE(has_status(client.response(), 401));
  EXPECT_EQ(body_of(client.response()), "/3twice c");
}

TEST_F(HttpServerDeferralTest, DecidesWhenTheRightToResumeIsDropped) {
  handler_.set(DeferringHandler::Mode::kDrop);
  start();
  Client client = connect();
  EXPECT_EQ(body_of(client.ask(post("/a", "abc"))), "/a abc");
}

TEST_F(HttpServerDeferralTest, ServesOthersMeanwhileAndTakesResumptionsOfOtherThreads) {
  start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<Client>(server_->port()));
    clients.back()->send(post("/a", "abc"));
  }
  handler_.wait_for(20);
  handler_.set(DeferringHandler::Mode::kNow);
  Client other = connect();
  EXPECT_EQ(body_of(other.ask(post("/b", "x"))), "/b x");
  std::thread([this] { handler_.release(); }).join();
  for (auto& client : clients) {
    EXPECT_EQ(body_of(client->response()), "/a abc");
  }
}

TEST_F(HttpServerDeferralTest, LetsNoTimeOutRunUntilTheDecision) {
  HttpServerOptions options;
  options.header_timeout = options.body_timeout = options.idle_timeout = milliseconds(30);
  start(options);
  Client client = connect();
  client.send(post("/a", "abc"));
  handler_.wait_for(1);
  Client silent = connect();
  EXPECT_TRUE(silent.closed());  // by then the first would have been late as well
  handler_.release();
  EXPECT_EQ(body_of(client.response()), "/a abc");
}

TEST_F(HttpServerDeferralTest, AnswersWhatWaitsForADecisionWhileItDrains) {
  start();
  Client client = connect();
  client.send(post("/a", "abc"));
  handler_.wait_for(1);
  std::thread draining([this] { server_->drain(seconds(10)); });
  handler_.release();
  EXPECT_EQ(body_of(client.response()), "/a abc");
  draining.join();
}

TEST_F(HttpServerDeferralTest, MayBeResumedAfterTheServerHasGone) {
  start();
  Client client = connect();
  client.send(post("/a", "abc"));
  handler_.wait_for(1);
  server_.reset();
  EXPECT_TRUE(client.closed());
  handler_.wait_until_none_is_left();
  handler_.release();
}

}  // namespace
}  // namespace firn
