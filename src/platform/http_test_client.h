#pragma once

// For the tests of the HTTP server: a client that knows nothing of the server's code.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace firn {

inline constexpr int kPatienceMs = 10000;

/// A client that knows nothing of the server's code.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  explicit Client(const std::string& path) : socket_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int descriptor() const { return socket_; }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) {
        return;
      }
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  /// The next answer, head and body; what there is when the connection ends before.
  std::string response() {
    std::size_t head = std::string::npos;
    while ((head = received_.find("\r\n\r\n")) == std::string::npos && receive()) {
    }
    if (head == std::string::npos) {
      return std::exchange(received_, {});
    }
    const std::size_t length_at = received_.find("Content-Length: ");
    const std::size_t length = length_at < head ? std::strtoul(received_.c_str() + length_at + 16, nullptr, 10) : 0;
    while (received_.size() < head + 4 + length && receive()) {
    }
    std::string one = received_.substr(0, head + 4 + length);
    received_.erase(0, one.size());
    return one;
  }

  std::string ask(std::string_view bytes) {
    send(bytes);
    return response();
  }

  [[nodiscard]] const std::string& received() const { return received_; }

  [[nodiscard]] bool readable() const {
    pollfd waiting{socket_, POLLIN, 0};
    return poll(&waiting, 1, kPatienceMs) > 0;
  }

  /// Waits until the server ends the connection; false when it does not.
  bool closed() {
    while (receive()) {
    }
    return ended_;
  }

 private:
  bool receive() {
    if (!readable()) {
      return false;
    }
    std::array<char, 65536> bytes{};
    const auto count = recv(socket_, bytes.data(), bytes.size(), 0);
    ended_ = count <= 0;
    received_.append(bytes.data(), ended_ ? 0 : static_cast<std::size_t>(count));
    return !ended_;
  }

  int socket_;
  bool connected_ = false;
  bool ended_ = false;
  std::string received_;
};

inline std::string post(std::string_view target, std::string_view body, std::string_view fields = "") {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

inline std::string chunked(std::string_view target, std::string_view chunks) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
         std::string(chunks);
}

inline bool has_status(const std::string& response, int status) {
  return response.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

inline std::string body_of(const std::string& response) {
  const auto head = response.find("\r\n\r\n");
  return head == std::string::npos ? "" : response.substr(head + 4);
}

}  // namespace firn
