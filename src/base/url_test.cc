#include "base/url.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace firn {
namespace {

TEST(UrlTarget, HasAPathAndAQuery) {
  const auto target = parse_url_target("/in/forms/demo%2Dhealth/?app_id=02bf&name=a+b%26c&flag").value();
  EXPECT_EQ(target.path, "/in/forms/demo%2Dhealth/");
  EXPECT_EQ(target.query.get("app_id"), "02bf");
  EXPECT_EQ(target.query.get("name"), "a b&c");
  EXPECT_EQ(target.query.get("flag"), "");
  EXPECT_EQ(target.query.get("other"), "");
  EXPECT_EQ(split_path(target.path), (std::vector<std::string>{"in", "forms", "demo-health"}));
}

TEST(UrlTarget, IsRefusedWhenWronglyEncodedOrNotOriginForm) {
  EXPECT_FALSE(parse_url_target(""));
  EXPECT_FALSE(parse_url_target("http://host/in"));
  EXPECT_FALSE(parse_url_target("/in?a=%2"));
  EXPECT_FALSE(parse_url_target("/in?a=%zz"));
}

TEST(HttpUrl, SaysWhomToAsk) {
  const HttpUrl url = parse_http_url("https://[fd00:ec2::254]:8443/latest?a=b").value();
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.authority, "[fd00:ec2::254]:8443");
  EXPECT_EQ(url.host, "fd00:ec2::254");
  EXPECT_EQ(url.rest, "/latest?a=b");
  EXPECT_EQ(parse_http_url("http://s3.example.org").value().host, "s3.example.org");
}

TEST(HttpUrl, IsRefusedWhenItIsNone) {
  for (const char* text : {"", "example.org", "ftp://example.org", "http://", "http://:80", "http://user@example.org",
                           "http://[::1", "http://exa mple.org", "http://example.org/\n", "HTTP//x"}) {
    EXPECT_FALSE(parse_http_url(text)) << text;
  }
}

TEST(PercentEncoding, GoesThereAndBack) {
  std::string all;
  for (int c = 0; c < 256; ++c) {
    all.push_back(static_cast<char>(c));
  }
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(percent_encode("a b/ä"), "a%20b%2F%C3%A4");
  EXPECT_EQ(percent_decode("%4"), std::nullopt);
}

}  // namespace
}  // namespace firn
