#include "platform/notify_socket.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/notify_receiver.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

TEST(NotifySocket, SendsToAnAbstractName) {
  const NotifyReceiver receiver;
  EXPECT_TRUE(NotifySocket(receiver.address()).send("READY=1\nSTATUS=well"));
  EXPECT_EQ(receiver.next(), "READY=1\nSTATUS=well");
}

TEST(NotifySocket, SendsToAPath) {
  const TemporaryDirectory folder;
  const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un own{};
  own.sun_family = AF_UNIX;
  const std::string path = folder / "notify";
  path.copy(own.sun_path, sizeof own.sun_path - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
  EXPECT_TRUE(NotifySocket(path).send("READY=1"));
  std::string got(20, '\0');
  got.resize(static_cast<std::size_t>(::recv(socket.get(), got.data(), got.size(), 0)));
  EXPECT_EQ(got, "READY=1");
}

TEST(NotifySocket, SaysWhenNobodyIsThere) {
  EXPECT_FALSE(NotifySocket("/no/such/socket").send("READY=1"));
  EXPECT_FALSE(NotifySocket("").send("READY=1"));
  EXPECT_FALSE(NotifySocket("").is_wanted());
  EXPECT_FALSE(NotifySocket(std::string(200, '/')).is_wanted());
  EXPECT_FALSE(NotifySocket("vsock:2:1234").is_wanted());
}

}  // namespace
}  // namespace firn
