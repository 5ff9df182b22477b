#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "platform/http_message.h"
#include "platform/http_server.h"
#include "platform/http_server_fixture.h"

namespace firn {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(HttpServerTest, CutsOffASlowHeader) {
  HttpServerOptions options;
  options.header_timeout = milliseconds(50);
  start(options);
  Client client = connect();
  client.send("POST / HTTP/1.1\r\nHos");
  EXPECT_TRUE(client.closed());
  Client silent = connect();
  EXPECT_TRUE(silent.closed());
}

TEST_F(HttpServerTest, CutsOffASlowBody) {
  HttpServerOptions options;
  options.body_timeout = milliseconds(50);
  start(options);
  Client client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpServerTest, ABodyThatComesEarnsTime) {
  HttpServerOptions options;
  options.body_timeout = milliseconds(50);
  options.body_bytes_per_second = 1000;
  start(options);
  const std::string body(90000, 'b');
  for (const std::string& whole : {post("/p", body), chunked("/p", "15f90\r\n" + body + "\r\n0\r\n\r\n")}) {
    Client client = connect();
    client.send(whole.substr(0, whole.size() - 2));
    Client later = connect();
    later.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
    EXPECT_TRUE(later.closed()) << "its time is over";
    EXPECT_EQ(body_of(client.ask(whole.substr(whole.size() - 2))), "POST /p 90000 bbbbbbbbbbbbbbbbbbbb");
  }
}

TEST_F(HttpServerTest, ABodyThatStandsStillLosesTheTimeItEarned) {
  HttpServerOptions options;
  options.body_timeout = milliseconds(50);
  options.body_bytes_per_second = 1;
  options.body_pause = milliseconds(50);
  start(options);
  Client client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + std::string(999, 'b'));
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpServerTest, RoomForABodyFollowsWhatHasCome) {
  start();
  Client client = connect();
  const std::string head = "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\nExpect: 100-continue\r\n\r\n";
  EXPECT_TRUE(has_status(client.ask(head), 100));
  EXPECT_LE(handler_.largest_growth, 16U << 10U);
  client.send(std::string(90000, 'b'));
  EXPECT_EQ(body_of(client.response()), "POST /p 90000 bbbbbbbbbbbbbbbbbbbb");
  EXPECT_EQ(handler_.largest_growth, 90000U);
}

TEST_F(HttpServerTest, RefusesABodyInTheMiddle) {
  start();
  Client client = connect();
  EXPECT_TRUE(has_status(client.ask(post("/full", std::string(90000, 'b'))), 503));
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpServerTest, RefusesTooManyFields) {
  HttpServerOptions options;
  options.max_header_fields = 3;
  start(options);
  EXPECT_TRUE(has_status(connect().ask(post("/p", "a", "A: 1\r\n")), 200));
  EXPECT_TRUE(has_status(connect().ask(post("/p", "a", "A: 1\r\nB: 2\r\n")), 431));
}

TEST_F(HttpServerTest, CutsOffAnIdleConnection) {
  HttpServerOptions options;
  options.idle_timeout = milliseconds(50);
  start(options);
  Client client = connect();
  EXPECT_TRUE(has_status(client.ask(post("/p", "a")), 200));
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpServerTest, CutsOffAClientThatTakesNoBytes) {
  HttpServerOptions options;
  options.idle_timeout = milliseconds(50);
  start(options);
  Client client = connect();
  client.send(post("/big", "a"));
  ASSERT_TRUE(client.readable());
  server_->drain(seconds(10));
  EXPECT_LT(client.response().size(), 8U << 20U);
}

TEST_F(HttpServerTest, SendsAnAnswerLargerThanTheSocketsBuffer) {
  start();
  Client client = connect();
  EXPECT_EQ(body_of(client.ask(post("/big", "a"))).size(), 8U << 20U);
  EXPECT_EQ(body_of(client.ask(post("/p", "a"))), "POST /p 1 a");
}

TEST_F(HttpServerTest, TakesAnswersFromOtherThreads) {
  start();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<Client>(server_->port()));
    clients.back()->send(post("/later", "a"));
  }
  handler_.wait_for(20);
  std::thread([this] { handler_.release(); }).join();
  for (auto& client : clients) {
    EXPECT_EQ(body_of(client->response()), "late");
    EXPECT_EQ(body_of(client->ask(post("/p", "a"))), "POST /p 1 a");
  }
}

TEST_F(HttpServerTest, IgnoresAnAnswerWhoseClientHasGone) {
  start();
  {
    Client client = connect();
    client.send(post("/later", "a"));
    handler_.wait_for(1);
  }
  handler_.release();
  Client next = connect();
  EXPECT_TRUE(has_status(next.ask(post("/p", "a")), 200));
}

TEST_F(HttpServerTest, IgnoresAnAnswerAfterItsEnd) {
  start();
  Client client = connect();
  client.send(post("/later", "a"));
  handler_.wait_for(1);
  server_.reset();
  EXPECT_TRUE(client.closed());
  handler_.release();
}

TEST_F(HttpServerTest, AnswersARequestThatTheHandlerDropped) {
  start();
  Client client = connect();
  const auto response = client.ask(post("/drop", "a"));
  EXPECT_TRUE(has_status(response, 503));
  EXPECT_NE(response.find("Retry-After: 5"), std::string::npos);
}

TEST_F(HttpServerTest, RefusesConnectionsOverTheLimit) {
  HttpServerOptions options;
  options.max_connections = 1;
  start(options);
  Client first = connect();
  EXPECT_TRUE(has_status(first.ask(post("/p", "a")), 200));
  Client second = connect();
  const auto response = second.ask(post("/p", "a"));
  EXPECT_TRUE(has_status(response, 503));
  EXPECT_NE(response.find("Retry-After: 5"), std::string::npos);
  EXPECT_TRUE(second.closed());
  EXPECT_TRUE(has_status(first.ask(post("/p", "a")), 200));
}

TEST_F(HttpServerTest, DrainAnswersWhatIsUnderWay) {
  start();
  Client idle = connect();
  EXPECT_TRUE(has_status(idle.ask(post("/p", "a")), 200));
  Client waiting = connect();
  waiting.send(post("/later", "a"));
  handler_.wait_for(1);
  std::thread draining([this] { server_->drain(seconds(10)); });
  EXPECT_TRUE(idle.closed());
  handler_.release();
  const auto response = waiting.response();
  EXPECT_EQ(body_of(response), "late");
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
  draining.join();
  EXPECT_TRUE(waiting.closed());
  EXPECT_FALSE(connect().connected());
}

TEST_F(HttpServerTest, DrainAnswersARequestThatNobodyHasSeenYet) {
  start();
  Client blocking = connect();
  Client waiting = connect();
  EXPECT_TRUE(has_status(waiting.ask(post("/p", "a")), 200));
  handler_.hold();
  blocking.send(post("/held", "a"));
  handler_.wait_until_held();
  waiting.send(post("/p", "a"));
  Client fresh = connect();
  fresh.send(post("/p", "a"));
  std::thread draining([this] { server_->drain(seconds(10)); });
  handler_.let_go();
  EXPECT_TRUE(has_status(waiting.response(), 200));
  EXPECT_TRUE(has_status(fresh.response(), 200));
  draining.join();
}

TEST_F(HttpServerTest, DrainGivesUpAfterItsLimit) {
  start();
  Client client = connect();
  client.send(post("/later", "a"));
  handler_.wait_for(1);
  server_->drain(milliseconds(10));
  handler_.release();
  EXPECT_EQ(body_of(client.response()), "late");
}

TEST_F(HttpServerTest, DatesItsAnswers) {
  EXPECT_EQ(format_http_date(timestamp_from_micros(784111777000000)), "Sun, 06 Nov 1994 08:49:37 GMT");
  start();
  Client client = connect();
  EXPECT_NE(client.ask(post("/p", "a")).find("\r\nDate: "), std::string::npos);
}

TEST_F(HttpServerTest, SendsNoBodyToHead) {
  start();
  Client client = connect();
  client.send("HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\n" + post("/2", "a", "Connection: close\r\n"));
  EXPECT_TRUE(client.closed());
  const auto both = client.received();
  EXPECT_NE(both.find("Content-Length: 10\r\n\r\nHTTP/1.1 200 OK"), std::string::npos) << both;
}

TEST_F(HttpServerTest, RefusesAnAddressItCannotUse) {
  start();
  HttpServerOptions options;
  HttpEndpoint& endpoint = options.endpoints.front();
  endpoint.port = server_->port();
  EXPECT_EQ(start_http_server(options, handler_).error().kind, ErrorKind::kBusy);
  endpoint.address = "localhost";
  EXPECT_EQ(start_http_server(options, handler_).error().kind, ErrorKind::kConfiguration);
  endpoint.address = "192.0.2.1";
  EXPECT_EQ(start_http_server(options, handler_).error().kind, ErrorKind::kConfiguration);
}

}  // namespace
}  // namespace firn
