// HTTP: what a connection sends, to the real server on a Unix socket. However the bytes are cut into parts, the handler
// is asked the same, and every answer is whole.

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/mutex.h"
#include "fuzz/input.h"
#include "platform/http_server.h"

namespace firn {
namespace {

constexpr int kPatienceMs = 10'000;
constexpr std::size_t kLargestBody = 4096;

/// What the server has asked the handler; of one connection at a time.
class Notes {
 public:
  void add(std::string_view text) FIRN_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    text_.append(text).append("\n");
  }
  std::string take() FIRN_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return std::exchange(text_, {});
  }

 private:
  Mutex mutex_;
  std::string text_ FIRN_GUARDED_BY(mutex_);
};

class Exchange final : public HttpExchange {
 public:
  Exchange(Notes& notes, std::optional<std::uint64_t> length) : notes_(notes), length_(length) {}

  std::optional<HttpResponse> grow(std::size_t size) override {
    FIRN_CHECK(!length_ || size <= *length_, "a body does not outgrow its length");
    HttpResponse refusal;
    refusal.status = 413;
    return size > kLargestBody ? std::optional(std::move(refusal)) : std::nullopt;
  }

  void body(std::string body, HttpAnswer answer) override {
    FIRN_CHECK(!length_ || body.size() == *length_, "a body has the length that was said");
    FIRN_CHECK(body.size() <= kLargestBody, "a body was asked for before it grew");
    notes_.add("body " + body);
    answer({});
  }

 private:
  Notes& notes_;
  std::optional<std::uint64_t> length_;
};

class Handler final : public HttpHandler {
 public:
  HttpDecision head(const HttpHead& head) override {
    FIRN_CHECK(!head.method.empty() && !head.target.empty(), "a request has a method and a target");
    std::string text = std::string(head.method) + " " + std::string(head.target);
    for (const HttpField& field : head.fields) {
      FIRN_CHECK(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
                 "no field's value has a line end or NUL");
      text.append(" ").append(field.name).append("=").append(field.value);
    }
    notes.add(text);
    HttpDecision decision;
    if (head.method == "POST") {
      decision.exchange = std::make_unique<Exchange>(notes, head.content_length);
    }
    return decision;
  }

  Notes notes;
};

struct World {
  World() {
    options.unix_path = "/tmp/firn-fuzz-http-" + std::to_string(getpid());
    server = start_http_server(options, handler).value();
  }

  Handler handler;
  HttpServerOptions options;
  std::unique_ptr<HttpServer> server;
};

/// Repeats a call that a signal has interrupted: libFuzzer has a timer.
auto uninterrupted(const auto& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}

class Connection {
 public:
  explicit Connection(const std::string& path) : socket_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(static_cast<char*>(address.sun_path), path.data(), path.size());
    FIRN_CHECK(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0,
               "the server listens");
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = uninterrupted([&] { return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); });
      if (sent <= 0) {
        return;  // refused, and closed
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// Everything that comes until the server closes the connection.
  [[nodiscard]] std::string rest() const {
    shutdown(socket_, SHUT_WR);
    std::string received;
    std::array<char, 4096> buffer{};
    while (true) {
      pollfd ready{socket_, POLLIN, 0};
      FIRN_CHECK(uninterrupted([&] { return poll(&ready, 1, kPatienceMs); }) == 1,
                 "a connection that has ended is closed");
      const auto count = uninterrupted([&] { return recv(socket_, buffer.data(), buffer.size(), 0); });
      if (count <= 0) {
        return received;
      }
      received.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  int socket_;
};

/// Answers follow one another without anything between; the last may be cut short when the server has closed.
void check_answers(std::string_view answers) {
  constexpr std::string_view kLength = "Content-Length: ";
  while (!answers.empty()) {
    FIRN_CHECK(answers.starts_with("HTTP/1.1 "), "an answer begins where the one before ends");
    const std::size_t end = answers.find("\r\n\r\n");
    if (end == std::string_view::npos) {
      return;
    }
    const std::string_view head = answers.substr(0, end);
    std::size_t length = 0;
    if (const std::size_t at = head.find(kLength); at != std::string_view::npos) {
      const char* const digits = head.data() + at + kLength.size();
      std::from_chars(digits, head.data() + head.size(), length);
    }
    const bool interim = head.starts_with("HTTP/1.1 100");
    answers.remove_prefix(std::min(answers.size(), end + 4 + (interim ? 0 : length)));
  }
}

/// What the handler was asked when the bytes came in parts of that size.
std::string asked(World& world, std::string_view bytes, std::size_t part) {
  world.handler.notes.take();
  const Connection connection(world.options.unix_path);
  for (std::size_t at = 0; at < bytes.size(); at += part) {
    connection.send(bytes.substr(at, part));
  }
  check_answers(connection.rest());
  return world.handler.notes.take();
}

}  // namespace
}  // namespace firn

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace firn;
  static World world;
  FuzzInput input(data, size);
  const std::size_t part = 1 + input.number(1);
  const std::string_view bytes = input.rest();
  if (bytes.contains("HEAD ")) {
    return 0;  // its answers have a length and no body, which check_answers() does not know
  }
  const std::string whole = asked(world, bytes, bytes.size() + 1);
  FIRN_CHECK(asked(world, bytes, part) == whole, "parts do not matter");
  return 0;
}
