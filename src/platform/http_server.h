#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "platform/ip_address.h"
#include "platform/tls.h"

namespace firn {

struct HttpField {
  std::string_view name;
  std::string_view value;
};

/// The head of a request: enough to refuse it before its body is read. Views live as long as the call of head().
struct HttpHead {
  std::string_view method;
  std::string_view target;  ///< path and query as sent, without scheme and authority
  /// The client's address, as trusted proxies say it when it came through them; empty on a Unix socket.
  std::string_view remote;
  /// The body's length, 0 when the request has none; nothing for a chunked or a packed body.
  std::optional<std::uint64_t> content_length;
  std::span<const HttpField> fields;

  /// The value of the first field of that name (any case); empty when missing.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string body;
  std::string_view content_type = "application/json";  ///< a literal
  std::vector<std::pair<std::string, std::string>> headers;
  bool close = false;  ///< end the connection after this answer
};

/// Where an answer goes. Implemented by the server, and by tests of handlers.
class HttpAnswerSink {
 public:
  virtual ~HttpAnswerSink() = default;
  /// Called once for each request, from any thread.
  virtual void answer(HttpResponse response) = 0;
};

/// The right to answer one request, once, from any thread, also after the connection or the server has gone (then
/// nothing happens). Destroyed without an answer, it answers 503, so that no client waits for ever.
class HttpAnswer {
 public:
  explicit HttpAnswer(std::shared_ptr<HttpAnswerSink> sink) : sink_(std::move(sink)) {}
  ~HttpAnswer();
  HttpAnswer(HttpAnswer&&) noexcept = default;
  HttpAnswer& operator=(HttpAnswer&&) = delete;
  HttpAnswer(const HttpAnswer&) = delete;
  HttpAnswer& operator=(const HttpAnswer&) = delete;

  void operator()(HttpResponse response);

 private:
  std::shared_ptr<HttpAnswerSink> sink_;
};

/// One request whose body is being received. Destroyed on the server's thread when the answer has been sent or the
/// client has gone.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  /// Asked before room is made for `size` bytes of the body, unpacked: with growing sizes, and first right behind the
  /// head when the client said the length. Room follows what has come: it is at most twice that, or 16 KiB more, so
  /// that a length alone takes nearly no memory. A response refuses: it is sent, no more of the body is kept, and the
  /// connection is closed.
  virtual std::optional<HttpResponse> grow(std::size_t size) = 0;
  /// The whole body is here; the string's capacity exceeds its size by 64 bytes or more when the length was known.
  virtual void body(std::string body, HttpAnswer answer) = 0;
};

struct HttpDecision;

/// Where a deferred decision goes on. Implemented by the server, and by tests of handlers.
class HttpResumeSink {
 public:
  virtual ~HttpResumeSink() = default;
  /// Called once for each deferral, from any thread.
  virtual void resume() = 0;
};

/// Says, once and from any thread, that a deferred decision can be made; it also says so when it is destroyed without
/// a call. After the connection or the server has gone nothing happens.
class HttpResume {
 public:
  explicit HttpResume(std::shared_ptr<HttpResumeSink> sink) : sink_(std::move(sink)) {}
  ~HttpResume();
  HttpResume(HttpResume&&) noexcept = default;
  HttpResume& operator=(HttpResume&&) = delete;
  HttpResume(const HttpResume&) = delete;
  HttpResume& operator=(const HttpResume&) = delete;

  void operator()();

 private:
  std::shared_ptr<HttpResumeSink> sink_;
};

/// A decision that waits for something slow. Until it is made nothing of the body is read, no `100 Continue` is sent
/// and no time-out runs. Destroyed on the server's thread once it has decided or the client has gone; the slow work
/// must not refer to it.
class HttpDeferral {
 public:
  virtual ~HttpDeferral() = default;
  /// Called once, on the server's thread: starts the slow work elsewhere, which must call `resume` or drop it.
  virtual void start(HttpResume resume) = 0;
  /// Called once afterwards, on the server's thread and never from inside start(), with the same head.
  virtual HttpDecision decide(const HttpHead& head) = 0;
};

/// What a head leads to: an exchange, or an answer without one (a short body is then skipped, a long one closes the
/// connection), or a decision that comes later.
struct HttpDecision {
  std::unique_ptr<HttpExchange> exchange;  ///< when null, `response` is sent
  HttpResponse response;
  std::unique_ptr<HttpDeferral> later = nullptr;  ///< when not null, it decides instead of both
};

/// Decides about requests. Everything runs on the server's one thread and must not block.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual HttpDecision head(const HttpHead& head) = 0;
};

/// Where a server can be reached.
struct HttpEndpoint {
  std::string address = "127.0.0.1";  ///< a numeric IP address
  std::uint16_t port = 0;             ///< 0: any free one
  std::shared_ptr<TlsSource> tls;     ///< null: plain HTTP
};

struct HttpServerOptions {
  std::vector<HttpEndpoint> endpoints = {HttpEndpoint()};
  std::string unix_path;  ///< when not empty: a Unix socket with mode 0600 instead of the endpoints
  std::size_t max_connections = 4096;
  /// From one address, or one IPv6 network of 64 bits; trusted proxies and Unix sockets are not limited.
  std::size_t max_connections_per_address = 2000;
  /// Their X-Forwarded-For or Forwarded is believed.
  std::vector<IpNetwork> trusted_proxies;
  std::size_t max_header_bytes = 16U << 10U;
  std::size_t max_header_fields = 100;
  Duration handshake_timeout = std::chrono::seconds(10);  ///< of TLS
  Duration header_timeout = std::chrono::seconds(30);     ///< from a request's first byte to the end of its head
  /// From the end of the head to the end of the body; what comes of it earns more time at the rate below, but never
  /// more than `body_pause` ahead.
  Duration body_timeout = std::chrono::seconds(120);
  std::uint64_t body_bytes_per_second = 64U << 10U;
  Duration body_pause = std::chrono::seconds(120);
  Duration idle_timeout = std::chrono::seconds(90);  ///< between requests, and while the client takes no bytes
  std::string thread_name = "firn-http";             ///< at most 15 characters
};

/// How a server is, as it saw itself at its last turn, at most a second or so ago.
struct HttpServerView {
  std::size_t connections = 0;
  Duration since_last_turn{0};  ///< much more than a second: its thread hangs
};

/// HTTP/1.1 with keep-alive, on one thread of its own. Requests of one connection are handled one after the other.
/// Handlers see bodies that come packed with gzip unpacked.
/// Time-outs, failed TLS handshakes, and too many connections over TLS close the connection without an answer: to the
/// client that is a passing failure.
class HttpServer {
 public:
  virtual ~HttpServer() = default;
  /// The ports that were bound, in the order of the endpoints; 0 for a Unix socket.
  [[nodiscard]] virtual std::vector<std::uint16_t> ports() const = 0;
  /// The first of them.
  [[nodiscard]] std::uint16_t port() const { return ports().front(); }
  /// Threads: any.
  [[nodiscard]] virtual HttpServerView view() const = 0;
  /// Stops accepting; requests under way are answered with `Connection: close`; returns when all connections are closed
  /// or `limit` has passed. The destructor then ends what is left.
  virtual void drain(Duration limit) = 0;
};

/// Binds and starts the server's thread. `handler` must outlive the server.
/// kConfiguration: an address or the path cannot be used; kBusy: somebody else listens there.
Result<std::unique_ptr<HttpServer>> start_http_server(const HttpServerOptions& options, HttpHandler& handler);

}  // namespace firn
