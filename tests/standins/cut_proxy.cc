#include "tests/standins/cut_proxy.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/check.h"

namespace firn {
namespace {

constexpr int kLookAgain = 20;  // milliseconds until a stop is noticed

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Fd connect_to(std::uint16_t port) {
  Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  const int done = connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return done == 0 ? std::move(fd) : Fd();
}

/// Passes on what has come, `left` bytes at most. False when that was all, or nothing can come any more.
bool pass_on(int from, int to, std::size_t& left) {
  std::array<char, 65536> buffer{};
  const ssize_t got = recv(from, buffer.data(), std::min(buffer.size(), left), 0);
  if (got <= 0) {
    return false;
  }
  std::size_t sent = 0;
  while (sent < static_cast<std::size_t>(got)) {
    const ssize_t step = send(to, buffer.data() + sent, static_cast<std::size_t>(got) - sent, MSG_NOSIGNAL);
    if (step <= 0) {
      return false;
    }
    sent += static_cast<std::size_t>(step);
  }
  left -= left == CutProxy::kAll ? 0 : sent;
  return left > 0;
}

}  // namespace

CutProxy::CutProxy(std::uint16_t server_port)
    : server_port_(server_port), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  FIRN_CHECK(bind(listener_.get(), generic, size) == 0 && listen(listener_.get(), 16) == 0 &&
                 getsockname(listener_.get(), generic, &size) == 0,
             "a server on loopback starts");
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { accept_all(); });
}

CutProxy::~CutProxy() {
  stopping_ = true;
  accepting_.join();
}

std::string CutProxy::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

void CutProxy::cut_next(std::size_t request_bytes, std::size_t answer_bytes) {
  const MutexLock lock(mutex_);
  next_ = {request_bytes, answer_bytes};
}

void CutProxy::accept_all() {
  pollfd waiting{listener_.get(), POLLIN, 0};
  while (!stopping_) {
    if (poll(&waiting, 1, kLookAgain) <= 0) {
      continue;
    }
    Fd client(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const MutexLock lock(mutex_);
    const Cut cut = std::exchange(next_, Cut());
    carriers_.emplace_back([this, cut, client = std::move(client)]() mutable { carry(std::move(client), cut); });
  }
  for (std::thread& carrier : carriers_) {
    carrier.join();
  }
}

void CutProxy::carry(Fd client, Cut cut) const {
  const Fd server = connect_to(server_port_);
  std::array<pollfd, 2> waiting{pollfd{client.get(), POLLIN, 0}, pollfd{server.get(), POLLIN, 0}};
  bool is_whole = server.is_open() && cut.request > 0 && cut.answer > 0;
  while (is_whole && !stopping_) {
    if (poll(waiting.data(), waiting.size(), kLookAgain) <= 0) {
      continue;
    }
    if ((waiting[0].revents & (POLLIN | POLLHUP)) != 0) {
      is_whole = pass_on(client.get(), server.get(), cut.request);
    }
    if (is_whole && (waiting[1].revents & (POLLIN | POLLHUP)) != 0) {
      is_whole = pass_on(server.get(), client.get(), cut.answer);
    }
  }
}

}  // namespace firn
