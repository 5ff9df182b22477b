#pragma once

#include <string>
#include <string_view>

#include "platform/fd.h"

namespace firn {

/// Tells the service manager how we are, by systemd's protocol (sd_notify(3)): datagrams of `NAME=value` lines to the
/// socket that it names in $NOTIFY_SOCKET. Threads: any.
class NotifySocket {
 public:
  /// `address` is a path, or `@` and an abstract name; empty when nobody wants to know, then send() does nothing.
  explicit NotifySocket(std::string_view address);

  [[nodiscard]] bool is_wanted() const { return !address_.empty(); }

  /// False when it could not be sent. Never waits.
  bool send(std::string_view lines) const;

 private:
  std::string address_;  // as the kernel wants it: abstract names begin with a zero byte
  Fd socket_;
};

}  // namespace firn
