#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/mutex.h"
#include "platform/fd.h"
#include "platform/file_system.h"
#include "platform/http_client.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

/// Serves one connection after the other, each for as many requests as the client sends over it.
class PlainServer {
 public:
  /// What is sent back for a request (head and body as they came); nothing: no answer until the client goes.
  using Handler = std::function<std::string(const std::string&)>;

  explicit PlainServer(Handler handler, const std::string& unix_path = "") : handler_(std::move(handler)) {
    if (unix_path.empty()) {
      listen_on_loopback();
    } else {
      listen_on_path(unix_path);
    }
    thread_ = std::thread([this] { serve(); });
  }
  ~PlainServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  PlainServer(const PlainServer&) = delete;
  PlainServer& operator=(const PlainServer&) = delete;

  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] int connections() const { return connections_; }
  std::vector<std::string> requests() {
    MutexLock lock(mutex_);
    return requests_;
  }

 private:
  void listen_on_loopback() {
    listener_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    start_listening(address);
    socklen_t size = sizeof address;
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }

  void listen_on_path(const std::string& path) {
    listener_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    start_listening(address);
  }

  template <typename Address>
  void start_listening(const Address& address) {
    FIRN_CHECK(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "bind");
    FIRN_CHECK(::listen(listener_.get(), 8) == 0, "listen");
  }

  void serve() {
    for (;;) {
      Fd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection.is_open()) {
        return;
      }
      ++connections_;
      std::string received;
      while (answer_one(connection, received)) {
      }
    }
  }

  bool answer_one(const Fd& connection, std::string& received) {
    while (!is_whole(received)) {
      std::array<char, 4096> buffer{};
      const auto count = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
      if (count <= 0) {
        return false;
      }
      received.append(buffer.data(), static_cast<std::size_t>(count));
    }
    const auto reply = handler_(received);
    {
      MutexLock lock(mutex_);
      requests_.push_back(std::exchange(received, ""));
    }
    ::send(connection.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
    // An answer that says so ends the connection.
    return reply.find("Connection: close") == std::string::npos;
  }

  static bool is_whole(const std::string& request) {
    const auto end = request.find("\r\n\r\n");
    if (end == std::string::npos) {
      return false;
    }
    const auto length = request.find("Content-Length: ");
    const auto body = length < end ? std::strtoul(request.c_str() + length + 16, nullptr, 10) : 0;
    return request.size() >= end + 4 + body;
  }

  Handler handler_;
  Fd listener_;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  Mutex mutex_;
  std::vector<std::string> requests_ FIRN_GUARDED_BY(mutex_);
  std::thread thread_;
};

std::string ok(const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

std::string say_ok(const std::string& /*request*/) { return ok("fine"); }

HttpCall get(const std::string& url) { return {.url = url}; }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(CurlClient, GivesStatusBodyAndHeadersInLowerCase) {
  PlainServer server([](const auto&) { return ok("body", "X-Answer:  some value \r\nContent-Type: text/plain\r\n"); });
  const auto reply = make_curl_client()->call(get(server.url("/path?query=1")));
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, "body");
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"content-length", "4"}, {"x-answer", "some value"}, {"content-type", "text/plain"}};
  EXPECT_EQ(reply->headers, expected);
  EXPECT_TRUE(server.requests().at(0).starts_with("GET /path?query=1 HTTP/1.1\r\n"));
}

TEST(CurlClient, SendsMethodHeadersAndBodyAsGiven) {
  PlainServer server(say_ok);
  const std::string body("with \0 inside", 13);
  const HttpCall call{.method = "PUT",
                      .url = server.url(),
                      .headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}},
                      .body = body};
  ASSERT_TRUE(make_curl_client()->call(call));
  const auto request = server.requests().at(0);
  EXPECT_TRUE(request.starts_with("PUT / HTTP/1.1\r\n"));
  EXPECT_TRUE(contains(request, "\r\nContent-Type: application/json\r\n"));
  EXPECT_TRUE(contains(request, "\r\nX-Empty:\r\n"));
  EXPECT_TRUE(contains(request, "\r\nContent-Length: 13\r\n"));
  EXPECT_FALSE(contains(request, "Expect"));
  EXPECT_TRUE(request.ends_with("\r\n\r\n" + body));
}

TEST(CurlClient, AddsNoContentTypeOfItsOwnAndDoesNotWaitToSendTheBody) {
  PlainServer server(say_ok);
  ASSERT_TRUE(make_curl_client()->call({.method = "POST", .url = server.url(), .body = std::string(2'000'000, 'x')}));
  EXPECT_FALSE(contains(server.requests().at(0), "Content-Type"));
  EXPECT_FALSE(contains(server.requests().at(0), "Expect"));
}

TEST(CurlClient, SendsAnEmptyBodyWithPost) {
  PlainServer server(say_ok);
  ASSERT_TRUE(make_curl_client()->call({.method = "POST", .url = server.url()}));
  EXPECT_TRUE(contains(server.requests().at(0), "\r\nContent-Length: 0\r\n"));
}

TEST(CurlClient, KnowsMethodsWithoutABody) {
  PlainServer server([](const std::string& request) {
    return request.starts_with("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" : ok("");
  });
  const auto client = make_curl_client();
  EXPECT_EQ(client->call({.method = "HEAD", .url = server.url()})->status, 200);
  EXPECT_EQ(client->call({.method = "DELETE", .url = server.url()})->status, 200);
  EXPECT_TRUE(server.requests().at(1).starts_with("DELETE / HTTP/1.1\r\n"));
}

TEST(CurlClient, KeepsTheConnectionAndForgetsTheRestOfACall) {
  PlainServer server(say_ok);
  const auto client = make_curl_client();
  ASSERT_TRUE(client->call({.method = "POST",
                            .url = server.url(),
                            .headers = {{"X-Once", "1"}},
                            .body = "x",
                            .username = "user",
                            .password = "pass"}));
  ASSERT_TRUE(client->call(get(server.url("/second"))));
  EXPECT_EQ(server.connections(), 1);
  const auto second = server.requests().at(1);
  EXPECT_TRUE(second.starts_with("GET /second "));
  EXPECT_FALSE(contains(second, "X-Once"));
  EXPECT_FALSE(contains(second, "Authorization"));
}

TEST(CurlClient, ConnectsAgainWhenTheConnectionWasClosed) {
  PlainServer server([](const auto&) { return ok("", "Connection: close\r\n"); });
  const auto client = make_curl_client();
  EXPECT_TRUE(client->call(get(server.url())));
  EXPECT_TRUE(client->call(get(server.url())));
  EXPECT_EQ(server.connections(), 2);
}

TEST(CurlClient, SendsBasicCredentials) {
  PlainServer server(say_ok);
  ASSERT_TRUE(make_curl_client()->call({.url = server.url(), .username = "user", .password = "p:w"}));
  EXPECT_TRUE(contains(server.requests().at(0), "\r\nAuthorization: Basic dXNlcjpwOnc=\r\n"));
}

TEST(CurlClient, SpeaksOverAUnixSocket) {
  const TemporaryDirectory folder;
  PlainServer server(say_ok, folder / "admin.sock");
  const auto reply = make_curl_client()->call({.url = "http://firn/api", .unix_path = folder / "admin.sock"});
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->body, "fine");
  EXPECT_TRUE(contains(server.requests().at(0), "Host: firn\r\n"));
}

/// Says that it is larger than it is, or cannot be read.
class OddFile final : public File {
 public:
  explicit OddFile(std::string content, bool broken = false) : content_(std::move(content)), broken_(broken) {}
  Status append(std::string_view) override { return {}; }
  Result<std::string> read_at(std::uint64_t offset, std::size_t size) override {
    if (broken_) {
      return fail(Error{ErrorKind::kUnavailable, "read", "the file", "it is broken", ""});
    }
    return content_.substr(std::min<std::size_t>(offset, content_.size()), size);
  }
  Status sync() override { return {}; }
  [[nodiscard]] Result<std::uint64_t> size() const override { return content_.size(); }

 private:
  std::string content_;
  bool broken_;
};

HttpCall upload(const std::string& url, File& file, std::uint64_t bytes) {
  HttpCall call{.method = "PUT", .url = url};
  call.body_file = &file;
  call.body_bytes = bytes;
  return call;
}

TEST(CurlClient, SendsAFileAsItReadsIt) {
  PlainServer server(say_ok);
  const auto client = make_curl_client();
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{1'000'000}}) {
    OddFile file(std::string(size, 'f'));
    ASSERT_TRUE(client->call(upload(server.url("/a/../b"), file, size)));
    const std::string request = server.requests().back();
    EXPECT_TRUE(request.starts_with("PUT /a/../b HTTP/1.1\r\n"));
    EXPECT_TRUE(request.ends_with("\r\n\r\n" + std::string(size, 'f')));
    EXPECT_TRUE(contains(request, "Content-Length: " + std::to_string(size)));
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(CurlClient, SaysWhyAFileCannotBeSent) {
  PlainServer server(say_ok);
  OddFile broken("", true);
  EXPECT_EQ(make_curl_client()->call(upload(server.url(), broken, 5)).error().reason, "it is broken");
  OddFile shorter("abc");
  EXPECT_EQ(make_curl_client()->call(upload(server.url(), shorter, 5)).error().kind, ErrorKind::kDamaged);
}

TEST(CurlClient, SendsAFileAgainWhenTheConnectionWasClosed) {
  PlainServer server([](const auto& request) {
    return request.starts_with("GET") ? ok("", "Connection: keep-alive\r\nX: Connection: close\r\n") : ok("fine");
  });
  const auto client = make_curl_client();
  ASSERT_TRUE(client->call(get(server.url())));
  OddFile file("content");
  ASSERT_TRUE(client->call(upload(server.url(), file, 7)));
  EXPECT_TRUE(server.requests().back().ends_with("\r\n\r\ncontent"));
}

TEST(CurlClient, GivesAnyStatusAndFollowsNoRedirect) {
  PlainServer server(
      [](const auto&) { return "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"; });
  EXPECT_EQ(make_curl_client()->call(get(server.url()))->status, 302);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(CurlClient, KeepsOnlyTheHeadersOfTheFinalAnswer) {
  PlainServer server([](const auto&) { return "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n" + ok("end"); });
  const auto reply = make_curl_client()->call(get(server.url()));
  ASSERT_TRUE(reply) << reply.error().message();
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->headers.size(), 1U);
}

TEST(CurlClient, RefusesAnAnswerOverTheLimit) {
  PlainServer server([](const auto&) { return ok(std::string(1001, 'x')); });
  auto call = get(server.url());
  call.response_limit = 1001;
  EXPECT_EQ(make_curl_client()->call(call)->body.size(), 1001U);
  call.response_limit = 1000;
  const auto reply = make_curl_client()->call(call);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(reply.error().reason, "the answer is larger than 1000 bytes");
}

TEST(CurlClient, GivesUpAfterItsTimeout) {
  PlainServer server([](const auto&) { return ""; });
  auto call = get(server.url());
  call.timeout = std::chrono::milliseconds(50);
  const auto reply = make_curl_client()->call(call);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::kUnavailable);
  EXPECT_TRUE(contains(reply.error().reason, "timed out"));
}

TEST(CurlClient, SaysThatNobodyListens) {
  const TemporaryDirectory folder;
  const auto reply = make_curl_client()->call({.url = "http://firn/", .unix_path = folder / "none.sock"});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(reply.error().reason, "No such file or directory");
  EXPECT_TRUE(contains(reply.error().hint, "service runs"));
}

TEST(CurlClient, ReportsAnAnswerThatBreaksOff) {
  PlainServer server(
      [](const auto&) { return "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhalf"; });
  EXPECT_EQ(make_curl_client()->call(get(server.url())).error().kind, ErrorKind::kUnavailable);
}

TEST(CurlClient, ShowsNoSecretsInErrors) {
  const TemporaryDirectory folder;
  const HttpCall call{.url = "http://someone:hidden1@firn/path?token=hidden2#hidden3",
                      .unix_path = folder / "none.sock",
                      .headers = {{"X-Key", "hidden4"}},
                      .body = "hidden5",
                      .username = "name",
                      .password = "hidden6"};
  const auto reply = make_curl_client()->call(call);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().object, "http://firn/path");
  EXPECT_FALSE(contains(reply.error().message(), "hidden"));
}

TEST(CurlClient, RefusesOtherProtocolsAndWhatIsNoUrl) {
  const auto client = make_curl_client();
  EXPECT_EQ(client->call(get("file:///etc/hostname")).error().kind, ErrorKind::kConfiguration);
  const auto wrong = client->call(get("http://hidden host/"));
  EXPECT_EQ(wrong.error().kind, ErrorKind::kConfiguration);
  EXPECT_FALSE(contains(wrong.error().message(), "hidden"));
}

TEST(CurlClient, RefusesLineBreaksInHeaders) {
  PlainServer server(say_ok);
  const auto client = make_curl_client();
  const auto kind = [&](const HttpCall& call) { return client->call(call).error().kind; };
  EXPECT_EQ(kind({.url = server.url(), .headers = {{"X-A", "1\r\nX-B: 2"}}}), ErrorKind::kInvalidInput);
  EXPECT_EQ(kind({.url = server.url(), .headers = {{"X-A: 1\nX-B", "2"}}}), ErrorKind::kInvalidInput);
  EXPECT_EQ(kind({.url = server.url(), .headers = {{"", "2"}}}), ErrorKind::kInvalidInput);
  EXPECT_EQ(kind({.method = "GET /\r\n", .url = server.url()}), ErrorKind::kInvalidInput);
  EXPECT_EQ(kind({.method = "", .url = server.url()}), ErrorKind::kInvalidInput);
  EXPECT_TRUE(server.requests().empty());
}

TEST(CurlClient, WritesASuccessToAFileAndKeepsARefusal) {
  int status = 200;
  PlainServer server([&status](const auto&) {
    return "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: 7\r\n\r\ncontent";
  });
  const TemporaryDirectory folder;
  const auto files = make_posix_file_system();
  ASSERT_TRUE(files->create_directories(folder.path()));
  const auto file = files->create(folder / "got").value();
  HttpCall call = get(server.url());
  call.response_file = file.get();
  EXPECT_EQ(make_curl_client()->call(call)->body, "");
  EXPECT_EQ(file->read_at(0, 100), "content");
  status = 404;
  EXPECT_EQ(make_curl_client()->call(call)->body, "content");
  EXPECT_EQ(file->size(), 7U);
  status = 200;
  call.response_limit = 6;
  EXPECT_NE(make_curl_client()->call(call).error().reason.find("larger than 6 bytes"), std::string::npos);
}

TEST(CurlClient, AnAnswerThatEndsInsideItsHeadIsNone) {
  PlainServer server([](const auto&) { return std::string("HTTP/1.1 200 OK\r\nConnection: close\r\nX-Ha"); });
  EXPECT_EQ(make_curl_client()->call(get(server.url())).error().kind, ErrorKind::kUnavailable);
}

TEST(CurlClient, AsksThroughAProxyUnlessItMustNot) {
  PlainServer proxy(say_ok);
  HttpClientOptions options;
  options.proxy = proxy.url("");
  options.proxy_user = "user";
  options.proxy_password = "p:w";
  ASSERT_TRUE(make_curl_client_with(options)->call(get("http://s3.example.org/key")));
  EXPECT_TRUE(proxy.requests().at(0).starts_with("GET http://s3.example.org/key HTTP/1.1\r\n"));
  EXPECT_TRUE(contains(proxy.requests().at(0), "\r\nProxy-Authorization: Basic dXNlcjpwOnc=\r\n"));
  options.direct = true;
  PlainServer server(say_ok);
  ASSERT_TRUE(make_curl_client_with(options)->call(get(server.url())));
  EXPECT_EQ(proxy.requests().size(), 1U);
}

TEST(CurlClient, SaysThatItsAuthoritiesCannotBeRead) {
  HttpClientOptions options;
  options.ca_file = "/nonexistent.pem";
  PlainServer server(say_ok);
  const auto reply = make_curl_client_with(options)->call(get("https" + server.url().substr(4)));
  EXPECT_FALSE(reply);
}

}  // namespace
}  // namespace firn
