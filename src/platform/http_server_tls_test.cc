#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "platform/file_system.h"
#include "platform/http_client.h"
#include "platform/http_server_fixture.h"
#include "platform/tls.h"
#include "tests/support/certificates.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

/// A client that speaks TLS on a connection of its own and takes any certificate.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, int version = TLS1_3_VERSION)
      : socket_(port), context_(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free) {
    // Level 0 lets this client, not the server, speak the old versions.
    SSL_CTX_set_cipher_list(context_.get(), "ALL:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_.descriptor());
    connected_ = SSL_connect(ssl_.get()) == 1;
    ERR_clear_error();
  }
  ~TlsClient() { ssl_.reset(); }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] std::string cipher() const { return SSL_get_cipher_name(ssl_.get()); }
  [[nodiscard]] std::string subject() const {
    const std::unique_ptr<X509, decltype(&X509_free)> peer(SSL_get1_peer_certificate(ssl_.get()), &X509_free);
    std::array<char, 256> text{};
    X509_NAME_oneline(X509_get_subject_name(peer.get()), text.data(), text.size());
    return text.data();
  }

  void send(std::string_view bytes) {
    std::size_t count = 0;
    EXPECT_EQ(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count), 1);
  }

  std::string ask(std::string_view bytes) {
    send(bytes);
    return response();
  }

  /// The next answer, head and body; what there is when the connection ends before.
  std::string response() {
    while (true) {
      const std::size_t head = received_.find("\r\n\r\n");
      const std::size_t field = received_.find("Content-Length: ");
      if (head != std::string::npos && field < head) {
        const std::size_t size = head + 4 + std::stoul(received_.substr(field + 16));
        if (received_.size() >= size) {
          std::string one = received_.substr(0, size);
          received_.erase(0, size);
          return one;
        }
      }
      if (!receive()) {
        return std::exchange(received_, {});
      }
    }
  }

  /// So many bytes of what comes next.
  std::string take(std::size_t size) {
    while (received_.size() < size && receive()) {
    }
    std::string taken = received_.substr(0, size);
    received_.erase(0, taken.size());
    return taken;
  }

  /// True when the server ends the connection as TLS wants it.
  bool ended_properly() {
    while (receive()) {
    }
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }

 private:
  bool receive() {
    std::array<char, 65536> bytes{};
    std::size_t count = 0;
    const bool got = SSL_read_ex(ssl_.get(), bytes.data(), bytes.size(), &count) == 1;
    received_.append(bytes.data(), count);
    return got;
  }

  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  Client socket_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, Free> ssl_;
  bool connected_ = false;
  std::string received_;
};

class HttpServerTlsTest : public HttpServerTest {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);  // as the daemon does; the client's OpenSSL writes to closed sockets too
    write_certificate(make_certificate(), where_.certificate, where_.private_key);
    tls_ = TlsSource::open(where_, *files_).value();
    options_.endpoints = {{"127.0.0.1", 0, tls_}, {"127.0.0.1", 0, nullptr}};
  }

  [[nodiscard]] std::uint16_t tls_port() const { return server_->ports().at(0); }
  [[nodiscard]] std::uint16_t plain_port() const { return server_->ports().at(1); }

  TemporaryDirectory directory_;
  TlsFiles where_{directory_.path() + "/fullchain.pem", directory_.path() + "/privkey.pem", ""};
  std::unique_ptr<FileSystem> files_ = make_posix_file_system();
  std::shared_ptr<TlsSource> tls_;
  HttpServerOptions options_;
};

TEST_F(HttpServerTlsTest, ServesTlsAndPlainHttpSideBySide) {
  start(options_);
  TlsClient client(tls_port());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(body_of(client.ask(post("/a", "hello"))), "POST /a 5 hello");
  EXPECT_EQ(body_of(client.ask(post("/b", "again"))), "POST /b 5 again") << "the connection is kept";
  EXPECT_EQ(body_of(Client(plain_port()).ask(post("/c", "plain"))), "POST /c 5 plain");
}

TEST_F(HttpServerTlsTest, IsBelievedByOurClientWithItsAuthorityOnly) {
  start(options_);
  const HttpCall call{.method = "POST", .url = "https://localhost:" + std::to_string(tls_port()) + "/a", .body = "x"};
  HttpClientOptions options;
  options.direct = true;
  const auto refused = make_curl_client_with(options)->call(call);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().hint, "check this machine's clock and its certificate authorities");
  options.ca_file = where_.certificate;
  EXPECT_EQ(make_curl_client_with(options)->call(call).value().body, "POST /a 1 x");
  HttpCall other = call;
  other.url = "https://127.0.0.1:" + std::to_string(tls_port()) + "/a";
  EXPECT_FALSE(make_curl_client_with(options)->call(other)) << "it is not good for that name";
}

TEST_F(HttpServerTlsTest, TakesAndSendsMoreThanARecord) {
  start(options_);
  TlsClient client(tls_port());
  const std::string body(kBodyLimit, 'x');
  EXPECT_EQ(body_of(client.ask(post("/a", body))), "POST /a 100000 " + body.substr(0, 20));
  EXPECT_EQ(body_of(client.ask(post("/big", ""))).size(), 8U << 20U);
  EXPECT_EQ(body_of(client.ask(chunked("/a", "5\r\nhello\r\n0\r\n\r\n"))), "POST /a 5 hello");
}

TEST_F(HttpServerTlsTest, AnswersRequestsThatCameTogetherOneAfterTheOther) {
  start(options_);
  TlsClient client(tls_port());
  client.send(post("/a", "1") + post("/b", "2") + post("/c", "3", "Connection: close\r\n"));
  EXPECT_EQ(body_of(client.response()), "POST /a 1 1");
  EXPECT_EQ(body_of(client.response()), "POST /b 1 2");
  EXPECT_EQ(body_of(client.response()), "POST /c 1 3");
  EXPECT_TRUE(client.ended_properly());
}

TEST_F(HttpServerTlsTest, TellsAClientToSendItsBody) {
  start(options_);
  TlsClient client(tls_port());
  client.send("POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.take(25), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(body_of(client.ask("ok")), "POST /a 2 ok");
}

TEST_F(HttpServerTlsTest, SpeaksNoVersionOlderThan12AndOnlyForwardSecretCiphers) {
  start(options_);
  TlsClient modern(tls_port(), TLS1_2_VERSION);
  ASSERT_TRUE(modern.connected());
  EXPECT_TRUE(modern.cipher().starts_with("ECDHE-")) << modern.cipher();
  EXPECT_FALSE(TlsClient(tls_port(), TLS1_1_VERSION).connected());
  EXPECT_FALSE(TlsClient(tls_port(), TLS1_VERSION).connected());
}

TEST_F(HttpServerTlsTest, EndsWhatIsNotTlsWithoutHarmToOthers) {
  start(options_);
  Client wrong(tls_port());
  wrong.send(post("/a", "this is not TLS"));
  EXPECT_TRUE(wrong.closed());
  Client silent(tls_port());
  EXPECT_EQ(body_of(TlsClient(tls_port()).ask(post("/a", "ok"))), "POST /a 2 ok");
}

TEST_F(HttpServerTlsTest, CutsOffAClientThatDoesNotFinishItsHandshake) {
  options_.handshake_timeout = std::chrono::milliseconds(50);
  start(options_);
  Client silent(tls_port());
  EXPECT_TRUE(silent.closed());
  Client begun(tls_port());
  begun.send(std::string("\x16\x03\x01\x02\x00", 5));  // the head of a handshake record whose body does not come
  EXPECT_TRUE(begun.closed());
}

TEST_F(HttpServerTlsTest, NewConnectionsGetANewCertificateAndOpenOnesGoOn) {
  start(options_);
  TlsClient before(tls_port());
  EXPECT_EQ(before.subject(), "/CN=firn.example.org");
  write_certificate(make_certificate({.common_name = "next.example.org"}), where_.certificate, where_.private_key);
  ASSERT_TRUE(tls_->refresh());
  EXPECT_EQ(TlsClient(tls_port()).subject(), "/CN=next.example.org");
  EXPECT_EQ(body_of(before.ask(post("/a", "ok"))), "POST /a 2 ok");
}

TEST_F(HttpServerTlsTest, TooManyConnectionsEndWithoutAHandshake) {
  options_.max_connections = 1;
  start(options_);
  TlsClient first(tls_port());
  ASSERT_TRUE(first.connected());
  EXPECT_FALSE(TlsClient(tls_port()).connected());
  EXPECT_EQ(body_of(first.ask(post("/a", "ok"))), "POST /a 2 ok");
}

TEST_F(HttpServerTlsTest, DrainingAnswersWhatIsUnderWay) {
  start(options_);
  TlsClient client(tls_port());
  TlsClient idle(tls_port());
  client.send(post("/later", "x"));
  handler_.wait_for(1);
  std::thread release([this] { handler_.release(); });
  server_->drain(std::chrono::seconds(10));
  release.join();
  EXPECT_EQ(body_of(client.response()), "late");
  EXPECT_TRUE(client.ended_properly());
  EXPECT_TRUE(idle.ended_properly());
}

}  // namespace
}  // namespace firn
