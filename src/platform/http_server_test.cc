#include "platform/http_server.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "platform/http_server_fixture.h"

namespace firn {
namespace {

TEST_F(HttpServerTest, KeepsTheConnectionForTheNextRequest) {
  start();
  Client client = connect();
  EXPECT_EQ(body_of(client.ask(post("/one", "abc"))), "POST /one 3 abc");
  EXPECT_EQ(body_of(client.ask("GET /two HTTP/1.1\r\nHost: a\r\n\r\n")), "GET /two 0 ");
}

TEST_F(HttpServerTest, TakesTargetsInAbsoluteForm) {
  start();
  EXPECT_EQ(body_of(connect().ask(post("http://firn.example.org/one?a=b", "x"))), "POST /one?a=b 1 x");
  EXPECT_EQ(body_of(connect().ask(post("HTTPS://firn.example.org:443", "x"))), "POST / 1 x");
  EXPECT_EQ(body_of(connect().ask(post("/http://one", "x"))), "POST /http://one 1 x");
  EXPECT_EQ(body_of(connect().ask(post("ftp://one/two", "x"))), "POST ftp://one/two 1 x");
}

TEST_F(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  Client client = connect();
  client.send(post("/1", "a") + post("/2", "bb") + chunked("/3", "1\r\nc\r\n0\r\n\r\n") + post("/4", "dddd"));
  for (const auto* expected : {"POST /1 1 a", "POST /2 2 bb", "POST /3 1 c", "POST /4 4 dddd"}) {
    EXPECT_EQ(body_of(client.response()), expected);
  }
}

TEST_F(HttpServerTest, HandlesPipelinedRequestsOneAfterTheOther) {
  start();
  Client client = connect();
  client.send(post("/later", "a") + post("/2", "bb"));
  handler_.wait_for(1);
  handler_.release();
  EXPECT_EQ(body_of(client.response()), "late");
  EXPECT_EQ(body_of(client.response()), "POST /2 2 bb");
}

TEST_F(HttpServerTest, TakesABodyOfManyParts) {
  start();
  Client client = connect();
  const std::string body(90000, 'b');
  EXPECT_EQ(body_of(client.ask(post("/p", body))), "POST /p 90000 bbbbbbbbbbbbbbbbbbbb");
  EXPECT_EQ(handler_.largest_growth, 90000U);
}

TEST_F(HttpServerTest, TakesARequestByteByByte) {
  start();
  Client client = connect();
  for (const char c : post("/p", "abc") + chunked("/q", "2;x=y\r\nab\r\n1\r\nc\r\n0\r\nTrailer: t\r\n\r\n")) {
    client.send({&c, 1});
  }
  EXPECT_EQ(body_of(client.response()), "POST /p 3 abc");
  EXPECT_EQ(body_of(client.response()), "POST /q 3 abc");
}

TEST_F(HttpServerTest, PutsAChunkedBodyTogether) {
  start();
  Client client = connect();
  EXPECT_EQ(body_of(client.ask(chunked("/c", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))), "POST /c 5 abcde");
  const std::string large(40000, 'x');
  EXPECT_EQ(body_of(client.ask(chunked("/c", "9C40\r\n" + large + "\r\n0\r\n\r\n"))),
            "POST /c 40000 xxxxxxxxxxxxxxxxxxxx");
}

TEST_F(HttpServerTest, AsksForTheBodyWhenTheClientWaitsForIt) {
  start();
  Client client = connect();
  client.send("POST /e HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.response(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(body_of(client.ask("abc")), "POST /e 3 abc");
}

TEST_F(HttpServerTest, RefusesWithoutAskingForTheBody) {
  start();
  Client client = connect();
  client.send("POST /refuse HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_TRUE(has_status(client.response(), 401));
  EXPECT_TRUE(client.closed());
}

TEST_F(HttpServerTest, RefusesALargeBodyBeforeReadingIt) {
  start();
  Client client = connect();
  const auto response = client.ask("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n");
  EXPECT_TRUE(has_status(response, 413));
  EXPECT_NE(response.find("Connection: close"), std::string::npos);
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(handler_.largest_growth, 0U);
}

TEST_F(HttpServerTest, RefusesAChunkedBodyWhenItGrowsTooLarge) {
  start();
  Client client = connect();
  const std::string chunk = "C350\r\n" + std::string(50000, 'x') + "\r\n";
  client.send(chunked("/p", chunk + chunk + "1\r\nx\r\n"));
  EXPECT_TRUE(has_status(client.response(), 413));
  EXPECT_TRUE(client.closed());
  EXPECT_LE(handler_.largest_growth, kBodyLimit);
}

TEST_F(HttpServerTest, TellsAClientThatStillSendsWhyItWasRefused) {
  start();
  Client client = connect();
  client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + std::string(3000000, 'x'));
  EXPECT_TRUE(has_status(client.response(), 413));
}

TEST_F(HttpServerTest, KeepsTheConnectionAfterRefusingAShortBody) {
  start();
  Client client = connect();
  EXPECT_TRUE(has_status(client.ask(post("/refuse", "abc")), 401));
  EXPECT_EQ(body_of(client.ask(post("/one", "abc"))), "POST /one 3 abc");
}

TEST_F(HttpServerTest, RefusesWhatIsNotHttp) {
  start();
  const std::string host = "Host: a\r\n";
  const std::vector<std::string> requests = {
      "hello there\r\n\r\n",
      "GET / HTTP/2.0\r\n" + host + "\r\n",
      "GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + host + "\r\n",
      "GET / HTTP/1.1\r\n" + host + "bad name: x\r\n\r\n",
      "GET / HTTP/1.1\r\n" + host + "Folded: a\r\n b\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n",
      "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      chunked("/", "zz\r\nabc\r\n0\r\n\r\n"),
      chunked("/", "1\r\nabc\r\n0\r\n\r\n"),
      chunked("/", "1" + std::string(20000, '0') + "\r\n")};
  for (const auto& request : requests) {
    Client client = connect();
    EXPECT_TRUE(has_status(client.ask(request), 400)) << request.substr(0, 100);
    EXPECT_TRUE(client.closed()) << request.substr(0, 100);
  }
}

TEST_F(HttpServerTest, RefusesALargeHeader) {
  HttpServerOptions options;
  options.max_header_bytes = 1000;
  start(options);
  const std::string long_line = "GET / HTTP/1.1\r\nHost: a\r\nLong: " + std::string(20000, 'x');
  std::string many_lines = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 400; ++i) {
    many_lines += "a: b\r\n";
  }
  for (const auto& request : {long_line, many_lines + "\r\n", "GET /" + std::string(5000, 'x')}) {
    Client client = connect();
    EXPECT_TRUE(has_status(client.ask(request), 431)) << request.size();
    EXPECT_TRUE(client.closed());
  }
}

TEST_F(HttpServerTest, FindsHeaderFieldsInAnyCase) {
  start();
  Client client = connect();
  EXPECT_EQ(body_of(client.ask("GET /echo-header HTTP/1.1\r\nHost: a\r\nX-Example:  value \r\n\r\n")), "value");
}

TEST_F(HttpServerTest, ClosesWhenTheClientWantsIt) {
  start();
  Client client = connect();
  EXPECT_TRUE(has_status(client.ask(post("/p", "a", "Connection: close\r\n")), 200));
  EXPECT_TRUE(client.closed());
  Client old = connect();
  EXPECT_TRUE(has_status(old.ask("GET / HTTP/1.0\r\n\r\n"), 200));
  EXPECT_TRUE(old.closed());
}

TEST_F(HttpServerTest, KeepsAnOldClientThatAsksForIt) {
  start();
  Client client = connect();
  const auto response = client.ask("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(response.find("Connection: keep-alive"), std::string::npos);
  EXPECT_EQ(body_of(client.ask("GET /2 HTTP/1.0\r\n\r\n")), "GET /2 0 ");
}

}  // namespace
}  // namespace firn
