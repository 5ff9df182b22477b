#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <string>

#include "base/check.h"
#include "platform/fd.h"

namespace firn {

/// A service manager's end of sd_notify(3): a datagram socket with an abstract name.
class NotifyReceiver {
 public:
  NotifyReceiver() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un own{};
    own.sun_family = AF_UNIX;
    // Only the family: the kernel chooses an abstract name.
    FIRN_CHECK(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own.sun_family) == 0, "bind");
    socklen_t length = sizeof own;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&own), &length);
    const std::size_t name = length - offsetof(sockaddr_un, sun_path) - 1;
    address_ = "@" + std::string(own.sun_path + 1, name);
  }

  [[nodiscard]] const std::string& address() const { return address_; }

  /// The next datagram; empty when none comes for ten seconds.
  [[nodiscard]] std::string next() const {
    pollfd wait{socket_.get(), POLLIN, 0};
    if (::poll(&wait, 1, 10'000) != 1) {
      return {};
    }
    std::array<char, 4096> bytes{};
    const auto count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    return {bytes.data(), count < 0 ? 0 : static_cast<std::size_t>(count)};
  }

  /// Passes datagrams over until this one.
  void wait_for(const std::string& wanted) const {
    for (std::string got = next(); got != wanted; got = next()) {
      FIRN_CHECK(!got.empty(), "the datagram never came");
    }
  }

 private:
  Fd socket_;
  std::string address_;
};

}  // namespace firn
