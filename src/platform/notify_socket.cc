#include "platform/notify_socket.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace firn {

NotifySocket::NotifySocket(std::string_view address) {
  const bool usable = !address.empty() && (address.front() == '/' || address.front() == '@') &&
                      address.size() < sizeof(sockaddr_un::sun_path);
  if (!usable) {
    return;
  }
  address_ = address;
  if (address_.front() == '@') {
    address_.front() = '\0';
  }
  socket_ = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

bool NotifySocket::send(std::string_view lines) const {
  if (!socket_.is_open()) {
    return false;
  }
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const auto sent = ::sendto(socket_.get(), lines.data(), lines.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&to), length);
  return sent == static_cast<ssize_t>(lines.size());
}

}  // namespace firn
