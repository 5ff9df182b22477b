#include "intake/auth/auth_header.h"

#include <gtest/gtest.h>

#include <string>

namespace firn {
namespace {

TEST(AuthHeader, SplitsSchemeAndRest) {
  const AuthHeader header = split_auth_header("bASIC   QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_TRUE(header.is("basic"));
  EXPECT_EQ(header.rest, "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  for (const auto* wrong : {"", "Basic", "Basic ", " Basic x", "Basic\tx"}) {
    EXPECT_FALSE(split_auth_header(wrong).is("basic")) << wrong;
    EXPECT_TRUE(split_auth_header(wrong).rest.empty()) << wrong;
  }
}

TEST(AuthParameters, TakesTokensAndQuotedTexts) {
  const auto parameters = AuthParameters::parse(R"( A=b ,  c = "d, \"e\" \\" , f="" , nc=00000001,uri="/a?b=c,d" )");
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->get("a"), "b");
  EXPECT_EQ(parameters->get("c"), "d, \"e\" \\");
  EXPECT_TRUE(parameters->has("f"));
  EXPECT_EQ(parameters->get("f"), "");
  EXPECT_EQ(parameters->get("uri"), "/a?b=c,d");
  EXPECT_FALSE(parameters->has("A"));
}

TEST(AuthParameters, RefusesEverythingElse) {
  for (const auto* wrong : {"",        " ",       ",",        "=",       "a",     "a=",       "a=,",     "a=b,",
                            "a=b c=d", "a=b;c=d", "a==b",     "=b",      "a=\"",  "a=\"b",    "a=\"b\\", "a=\"b\\\"",
                            "a=b,a=c", "a=b,A=c", "a=\"b\"c", "\"a\"=b", "a b=c", "a=b,,c=d", "a=b,=c",  "a=\x01"}) {
    EXPECT_FALSE(AuthParameters::parse(wrong)) << wrong;
  }
}

TEST(AuthParameters, BoundsTheirNumber) {
  std::string text = "p0=x";
  for (int i = 1; i < 20; ++i) {
    text += ",p" + std::to_string(i) + "=x";
  }
  EXPECT_TRUE(AuthParameters::parse(text));
  EXPECT_FALSE(AuthParameters::parse(text + ",more=x"));
}

// "Aladdin:open sesame" and "test:123£" are the examples of RFC 7617.
TEST(ParseBasic, TakesUserAndPassword) {
  const auto first = parse_basic("QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->user, "Aladdin");
  EXPECT_EQ(first->password, "open sesame");
  const auto second = parse_basic("dGVzdDoxMjPCow==");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->password, "123\xC2\xA3");
  const auto colons = parse_basic("YTpiOmM=");  // a:b:c
  ASSERT_TRUE(colons);
  EXPECT_EQ(colons->user, "a");
  EXPECT_EQ(colons->password, "b:c");
}

TEST(ParseBasic, RefusesWhatIsNotBase64OfBoth) {
  for (const auto* wrong : {"", "=", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==x", "QWxh ZGRpbjpv",
                            "YWJj" /* abc, without a colon */, "****", "YTpi,YTpi"}) {
    EXPECT_FALSE(parse_basic(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace firn
