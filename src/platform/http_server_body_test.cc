#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "platform/gzip_test_data.h"
#include "platform/http_server.h"
#include "platform/http_server_fixture.h"
#include "platform/http_test_client.h"
#include "platform/ip_address.h"

namespace firn {
namespace {

constexpr std::string_view kGzip = "Content-Encoding: gzip\r\n";

std::string hex(std::size_t n) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  return n < 16 ? std::string(1, kDigits[n]) : hex(n / 16) + kDigits[n % 16];
}

/// A chunked request in pieces of 10 bytes, with extensions and a trailer.
std::string chunked_gzip(std::string_view target, std::string_view body) {
  std::string chunks;
  for (; !body.empty(); body.remove_prefix(std::min<std::size_t>(body.size(), 10))) {
    const std::string_view part = body.substr(0, 10);
    chunks += hex(part.size()) + ";a=b\r\n" + std::string(part) + "\r\n";
  }
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n" + std::string(kGzip) +
         "\r\n" + chunks + "0\r\nX-Trailer: t\r\n\r\n";
}

TEST_F(HttpServerTest, UnpacksABodyOfKnownLength) {
  start();
  Client client = connect();
  for (const char* field : {"Content-Encoding: gzip\r\n", "content-encoding: X-GZIP\r\n"}) {
    EXPECT_EQ(body_of(client.ask(post("/p", gzip(std::string(50000, 'x')), field))),
              "POST /p 50000 xxxxxxxxxxxxxxxxxxxx");
  }
  EXPECT_EQ(body_of(client.ask(post("/p", "plain", "Content-Encoding: identity\r\n"))), "POST /p 5 plain");
  EXPECT_EQ(body_of(client.ask(post("/p", "", kGzip))), "POST /p 0 ");
}

TEST_F(HttpServerTest, UnpacksAChunkedBody) {
  start();
  Client client = connect();
  EXPECT_EQ(body_of(client.ask(chunked_gzip("/p", gzip("some content")))), "POST /p 12 some content");
  EXPECT_EQ(body_of(client.ask(post("/p", "plain"))), "POST /p 5 plain");
}

TEST_F(HttpServerTest, UnpacksABodyThatComesByteByByte) {
  start();
  Client client = connect();
  for (const char byte : post("/p", gzip("some content"), kGzip)) {
    client.send({&byte, 1});
  }
  EXPECT_EQ(body_of(client.response()), "POST /p 12 some content");
}

TEST_F(HttpServerTest, UnpacksPipelinedBodies) {
  start();
  Client client = connect();
  client.send(post("/a", gzip("one"), kGzip) + post("/b", "two") + chunked_gzip("/c", gzip("three")));
  EXPECT_EQ(body_of(client.response()), "POST /a 3 one");
  EXPECT_EQ(body_of(client.response()), "POST /b 3 two");
  EXPECT_EQ(body_of(client.response()), "POST /c 5 three");
}

TEST_F(HttpServerTest, StopsABombAtTheLimitOfBodies) {
  start();
  const std::string bomb = gzip(std::string(20U << 20U, '0'));
  for (const std::string& request : {post("/p", bomb, kGzip), chunked_gzip("/p", bomb)}) {
    Client client = connect();
    EXPECT_TRUE(has_status(client.ask(request), 413));
    EXPECT_TRUE(client.closed());
  }
  EXPECT_LE(handler_.largest_growth, kBodyLimit);
}

TEST_F(HttpServerTest, RefusesADamagedPackedBody) {
  start();
  const std::string packed = gzip("some content");
  std::string wrong_checksum = packed;
  wrong_checksum[packed.size() - 6] ^= 1;
  for (const std::string& body :
       {packed.substr(0, packed.size() - 1), wrong_checksum, packed + "more", std::string("not packed at all")}) {
    for (const std::string& request : {post("/p", body, kGzip), chunked_gzip("/p", body)}) {
      Client client = connect();
      EXPECT_TRUE(has_status(client.ask(request), 400));
      EXPECT_TRUE(client.closed());
    }
  }
}

TEST_F(HttpServerTest, RefusesOtherCodings) {
  start();
  Client client = connect();
  for (const char* fields : {"Content-Encoding: br\r\n", "Content-Encoding: gzip, gzip\r\n",
                             "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n"}) {
    const auto response = client.ask(post("/p", "abc", fields));
    EXPECT_TRUE(has_status(response, 415)) << fields;
    EXPECT_NE(response.find("Accept-Encoding: gzip"), std::string::npos);
  }
  EXPECT_TRUE(has_status(client.ask(post("/p", "abc")), 200)) << "the connection stays";
}

TEST_F(HttpServerTest, RefusesWhatAProxyMightReadDifferently) {
  start();
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::vector<std::string> requests = {
      "POST / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
      head + "Content-Length : 3\r\n\r\nabc",
      head + " Content-Length: 3\r\n\r\nabc",
      head + "X: a" + std::string(1, '\0') + "b\r\n\r\n",
      head + "X: a\rb\r\n\r\n",
      head + "Content-Length: +3\r\n\r\nabc",
      head + "Content-Length: 0x3\r\n\r\nabc",
      head + "Content-Length: 3 4\r\n\r\nabc",
      head + "Content-Length: 99999999999999999999\r\n\r\n",
      head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
      head + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
      head + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
      head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      chunked("/", "+3\r\nabc\r\n0\r\n\r\n"),
      chunked("/", "0x3\r\nabc\r\n0\r\n\r\n"),
      chunked("/", "-1\r\nabc\r\n0\r\n\r\n"),
      chunked("/", "\r\nabc\r\n0\r\n\r\n"),
      chunked("/", "3\r\nabcd\r\n0\r\n\r\n"),
      chunked("/", "ffffffffffffffffff\r\nabc\r\n0\r\n\r\n")};
  for (const auto& request : requests) {
    Client client = connect();
    EXPECT_TRUE(has_status(client.ask(request), 400)) << request;
    EXPECT_TRUE(client.closed()) << request;
  }
}

TEST_F(HttpServerTest, LimitsTheConnectionsOfOneAddress) {
  HttpServerOptions options;
  options.max_connections_per_address = 1;
  start(options);
  {
    Client first = connect();
    EXPECT_TRUE(has_status(first.ask(post("/p", "a")), 200));
    Client second = connect();
    EXPECT_TRUE(has_status(second.ask(post("/p", "a")), 503));
    EXPECT_TRUE(second.closed());
    EXPECT_TRUE(has_status(first.ask(post("/p", "a", "Connection: close\r\n")), 200));
    EXPECT_TRUE(first.closed());
  }
  Client third = connect();
  EXPECT_TRUE(has_status(third.ask(post("/p", "a")), 200)) << "those that have gone do not count";
}

TEST_F(HttpServerTest, DoesNotLimitATrustedProxy) {
  HttpServerOptions options;
  options.max_connections_per_address = 1;
  options.trusted_proxies = {*parse_ip_network("127.0.0.0/8")};
  start(options);
  Client first = connect();
  Client second = connect();
  EXPECT_TRUE(has_status(first.ask(post("/p", "a")), 200));
  EXPECT_TRUE(has_status(second.ask(post("/p", "a")), 200));
}

}  // namespace
}  // namespace firn
