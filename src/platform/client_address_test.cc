#include "platform/client_address.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "platform/http_server.h"
#include "platform/ip_address.h"

namespace firn {
namespace {

std::vector<IpNetwork> trusted() { return {*parse_ip_network("10.0.0.0/8"), *parse_ip_network("::1")}; }

std::string client(const std::string& peer, const std::vector<HttpField>& fields) {
  return client_address(peer, fields, trusted());
}

TEST(IpNetwork, ReadsAddressesAndNetworks) {
  EXPECT_TRUE(parse_ip_network("192.168.0.0/16")->contains(*parse_ip_address("192.168.255.1")));
  EXPECT_FALSE(parse_ip_network("192.168.0.0/16")->contains(*parse_ip_address("192.169.0.1")));
  EXPECT_TRUE(parse_ip_network("10.1.2.3")->contains(*parse_ip_address("::ffff:10.1.2.3")));
  EXPECT_TRUE(parse_ip_network("fd00::/9")->contains(*parse_ip_address("fd7f::1")));
  EXPECT_FALSE(parse_ip_network("fd00::/9")->contains(*parse_ip_address("fd80::1")));
  EXPECT_TRUE(parse_ip_network("0.0.0.0/0")->contains(*parse_ip_address("8.8.8.8")));
  EXPECT_FALSE(parse_ip_network("0.0.0.0/0")->contains(*parse_ip_address("2001:db8::1")));
}

TEST(IpNetwork, KnowsThisMachine) {
  for (const char* here : {"127.0.0.1", "127.9.0.0/16", "127.0.0.0/8", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(parse_ip_network(here)->is_loopback()) << here;
  }
  for (const char* elsewhere : {"126.0.0.0/7", "10.0.0.1", "0.0.0.0/0", "::/0", "::2", "::/127"}) {
    EXPECT_FALSE(parse_ip_network(elsewhere)->is_loopback()) << elsewhere;
  }
}

TEST(IpNetwork, RefusesWhatIsNone) {
  for (const char* text : {"", "localhost", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/", "10.0.0.0/8x", "::1/129", "[::1]",
                           "10.0.0.1:80", "1.2.3", "10.0.0.0/-1"}) {
    EXPECT_FALSE(parse_ip_network(text)) << text;
  }
}

TEST(ClientAddress, BelievesOnlyTrustedProxies) {
  EXPECT_EQ(client("203.0.113.9", {{"X-Forwarded-For", "1.2.3.4"}}), "203.0.113.9");
  EXPECT_EQ(client("10.0.0.1", {{"x-forwarded-for", "1.2.3.4"}}), "1.2.3.4");
  EXPECT_EQ(client("::ffff:10.0.0.1", {{"X-Forwarded-For", "1.2.3.4"}}), "1.2.3.4");
  EXPECT_EQ(client("10.0.0.1", {}), "10.0.0.1");
  EXPECT_EQ(client("", {{"X-Forwarded-For", "1.2.3.4"}}), "");
  EXPECT_EQ(client_address("10.0.0.1", std::vector<HttpField>{{"X-Forwarded-For", "1.2.3.4"}}, {}), "10.0.0.1");
}

TEST(ClientAddress, TakesTheRightMostHopThatIsNotTrusted) {
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "9.9.9.9, 1.2.3.4, 10.0.0.2"}}), "1.2.3.4");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "9.9.9.9"}, {"X-Forwarded-For", "1.2.3.4"}}), "1.2.3.4");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}), "10.0.0.3");
  EXPECT_EQ(client("::1", {{"X-Forwarded-For", "[2001:db8::1]:443"}}), "2001:db8::1");
  EXPECT_EQ(client("::1", {{"X-Forwarded-For", "1.2.3.4:5555"}}), "1.2.3.4");
}

TEST(ClientAddress, AHopThatIsNoAddressEndsTheWay) {
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "1.2.3.4, unknown"}}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "1.2.3.4, unknown, 10.0.0.2"}}), "10.0.0.2");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", ""}}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {{"X-Forwarded-For", "["}}), "10.0.0.1");
}

TEST(ClientAddress, ReadsForwardedWhenThereIsNothingElse) {
  EXPECT_EQ(client("10.0.0.1", {{"Forwarded", "for=9.9.9.9, proto=https;For=\"[2001:db8::7]:80\""}}), "2001:db8::7");
  EXPECT_EQ(client("10.0.0.1", {{"Forwarded", "for=9.9.9.9"}, {"X-Forwarded-For", "1.2.3.4"}}), "1.2.3.4");
  EXPECT_EQ(client("10.0.0.1", {{"Forwarded", "for=1.2.3.4, proto=http"}}), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {{"Forwarded", "for=\", for=1.2.3.4"}}), "1.2.3.4") << "an open quote hides nothing";
}

TEST(ClientAddress, CountsNetworksOfIpv6Together) {
  EXPECT_EQ(limited_peer("2001:db8::1:2:3:4", {}), limited_peer("2001:db8::ffff", {}));
  EXPECT_NE(limited_peer("2001:db8::1", {}), limited_peer("2001:db8:0:1::1", {}));
  EXPECT_NE(limited_peer("192.0.2.1", {}), limited_peer("192.0.2.2", {}));
  EXPECT_EQ(limited_peer("::ffff:192.0.2.1", {}), "192.0.2.1");
  EXPECT_EQ(limited_peer("10.1.1.1", trusted()), "");
  EXPECT_EQ(limited_peer("", {}), "");
}

}  // namespace
}  // namespace firn
