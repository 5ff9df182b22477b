#include "intake/auth/client_network.h"

#include <gtest/gtest.h>

namespace firn {
namespace {

TEST(ClientNetwork, IsTheAddressOrTheFirstHalfOfALongOne) {
  EXPECT_EQ(client_network("203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(client_network("::ffff:203.0.113.7"), "::ffff:203.0.113.7");
  EXPECT_EQ(client_network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(client_network("2001:db8:1:2::1"), client_network("2001:db8:1:2:ffff::2"));
  EXPECT_NE(client_network("2001:db8:1:2::1"), client_network("2001:db8:1:3::1"));
  EXPECT_EQ(client_network("2001:db8::1"), "2001:db8:0:0::/64");
  EXPECT_EQ(client_network("::1"), "0:0:0:0::/64");
  EXPECT_EQ(client_network("::2:3:4:5:6:7"), "0:0:2:3::/64");
  EXPECT_EQ(client_network("2001:db8::"), "2001:db8:0:0::/64");
  EXPECT_EQ(client_network(""), "");
}

}  // namespace
}  // namespace firn
