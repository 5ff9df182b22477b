#include "platform/http_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "base/result.h"

namespace firn {
namespace {

constexpr int kBacklog = 1024;

/// Room for an address of any family, as the socket calls want it.
union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_un local;
  sockaddr_storage storage;
};

Error socket_error(const char* operation, const std::string& object, int code, std::string hint = {}) {
  const bool taken = code == EADDRINUSE;
  if (taken) {
    hint = "another program listens there; stop it or choose another address";
  }
  return Error{taken ? ErrorKind::kBusy : ErrorKind::kConfiguration, operation, object,
               std::error_code(code, std::generic_category()).message(), std::move(hint)};
}

Result<std::pair<Address, socklen_t>> parse_address(const std::string& text, std::uint16_t port) {
  Address address{};
  if (inet_pton(AF_INET, text.c_str(), &address.v4.sin_addr) == 1) {
    address.v4.sin_family = AF_INET;
    address.v4.sin_port = htons(port);
    return std::pair(address, socklen_t{sizeof address.v4});
  }
  if (inet_pton(AF_INET6, text.c_str(), &address.v6.sin6_addr) == 1) {
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(port);
    return std::pair(address, socklen_t{sizeof address.v6});
  }
  return fail(Error{ErrorKind::kConfiguration, "listen", text, "this is not a numeric IP address",
                    "write it like 127.0.0.1 or ::1"});
}

/// Makes way for a new socket file, if what lies there is a socket that nobody listens on.
Status remove_stale(const std::string& path, const Address& address) {
  struct stat info{};
  if (lstat(path.c_str(), &info) != 0) {
    return {};
  }
  if (!S_ISSOCK(info.st_mode)) {
    return fail(Error{ErrorKind::kConfiguration, "listen", path, "a file that is not a socket lies there",
                      "remove it or choose another path"});
  }
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool listening = connect(probe, &address.any, sizeof address.local) == 0;
  ::close(probe);
  if (listening) {
    return fail(socket_error("listen", path, EADDRINUSE));
  }
  unlink(path.c_str());
  return {};
}

std::string remote_text(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.any.sa_family == AF_INET) {
    inet_ntop(AF_INET, &address.v4.sin_addr, text.data(), text.size());
  } else if (address.any.sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &address.v6.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

}  // namespace

Result<std::unique_ptr<HttpListener>> HttpListener::open_tcp(const std::string& address, std::uint16_t port) {
  const std::string object = address + ":" + std::to_string(port);
  FIRN_ASSIGN(auto parsed, parse_address(address, port));
  const int descriptor = socket(parsed.first.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) {
    return fail(socket_error("listen", object, errno));
  }
  std::unique_ptr<HttpListener> listener(new HttpListener(descriptor));
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Accepted sockets inherit it.
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind(descriptor, &parsed.first.any, parsed.second) != 0 || listen(descriptor, kBacklog) != 0) {
    return fail(socket_error("listen", object, errno, "choose an address of this machine and a port it may use"));
  }
  Address bound{};
  socklen_t size = sizeof bound;
  getsockname(descriptor, &bound.any, &size);
  listener->port_ = ntohs(bound.any.sa_family == AF_INET ? bound.v4.sin_port : bound.v6.sin6_port);
  return listener;
}

Result<std::unique_ptr<HttpListener>> HttpListener::open_unix(const std::string& path) {
  Address address{};
  address.local.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.local.sun_path) {
    return fail(Error{ErrorKind::kConfiguration, "listen", path, "the path of a Unix socket has at most 107 characters",
                      "choose a shorter path"});
  }
  std::memcpy(address.local.sun_path, path.data(), path.size());
  FIRN_TRY(remove_stale(path, address));
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) {
    return fail(socket_error("listen", path, errno));
  }
  std::unique_ptr<HttpListener> listener(new HttpListener(descriptor));
  if (bind(descriptor, &address.any, sizeof address.local) != 0) {
    return fail(socket_error("listen", path, errno, "the folder must exist and be writable"));
  }
  listener->unix_path_ = path;
  // Nobody can connect before listen(), so the mode is right from the first moment on.
  if (chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || listen(descriptor, kBacklog) != 0) {
    return fail(socket_error("listen", path, errno));
  }
  return listener;
}

HttpListener::~HttpListener() { close(); }

void HttpListener::close() {
  if (descriptor_ < 0) {
    return;
  }
  if (!unix_path_.empty()) {
    unlink(unix_path_.c_str());
  }
  ::close(std::exchange(descriptor_, -1));
}

AcceptState HttpListener::accept(AcceptedSocket& accepted) const {
  Address address{};
  socklen_t size = sizeof address;
  accepted.descriptor = accept4(descriptor_, &address.any, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (accepted.descriptor < 0) {
    const bool exhausted = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    return exhausted ? AcceptState::kFailed : AcceptState::kNobody;
  }
  accepted.family = address.any.sa_family;
  accepted.remote = remote_text(address);
  return AcceptState::kAccepted;
}

}  // namespace firn
