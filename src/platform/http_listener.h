#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace firn {

/// A client's socket, non-blocking, owned by the receiver of this value.
struct AcceptedSocket {
  int descriptor = -1;
  int family = 0;
  std::string remote;  ///< numeric address; empty on a Unix socket
};

enum class AcceptState {
  kAccepted,
  kNobody,  ///< no client waits
  kFailed,  ///< descriptors or memory have run out; try again later
};

/// A listening socket, TCP or Unix. Threads: one. The destructor closes it and removes its Unix socket file.
class HttpListener {
 public:
  /// kConfiguration: `address` is not a numeric IP address or cannot be bound. kBusy: the port is taken.
  static Result<std::unique_ptr<HttpListener>> open_tcp(const std::string& address, std::uint16_t port);
  /// The socket file has mode 0600. One that nobody listens on any more is replaced. kBusy: somebody listens there;
  /// kConfiguration: something else lies there, or the path is too long.
  static Result<std::unique_ptr<HttpListener>> open_unix(const std::string& path);

  ~HttpListener();
  HttpListener(const HttpListener&) = delete;
  HttpListener& operator=(const HttpListener&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Takes one waiting client, without blocking.
  AcceptState accept(AcceptedSocket& accepted) const;
  void close();

 private:
  explicit HttpListener(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
  std::uint16_t port_ = 0;
  std::string unix_path_;
};

}  // namespace firn
