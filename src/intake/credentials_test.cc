#include "intake/credentials.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "platform/http_server.h"

namespace firn {
namespace {

constexpr auto kBasic = Credential::Type::kBasic;
constexpr auto kApiKey = Credential::Type::kApiKey;

bool allows(const Credentials& credentials, std::string_view field, std::string_view value) {
  const std::vector<HttpField> fields = {{"Host", "a"}, {field, value}};
  HttpHead head;
  head.fields = fields;
  return credentials.allow(head);
}

// "Aladdin:open sesame" is the example of RFC 7617.
const Credentials& basic() {
  static const Credentials credentials({{"hq", kBasic, "Aladdin", "open sesame"}});
  return credentials;
}

TEST(Credentials, TakesTheRightBasicCredentials) {
  EXPECT_TRUE(allows(basic(), "authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
  EXPECT_TRUE(allows(basic(), "Authorization", "basic   QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
}

TEST(Credentials, EncodesEveryLength) {
  EXPECT_TRUE(allows(Credentials({{"n", kBasic, "a", "b"}}), "Authorization", "Basic YTpi"));
  EXPECT_TRUE(allows(Credentials({{"n", kBasic, "a", "bc"}}), "Authorization", "Basic YTpiYw=="));
  EXPECT_TRUE(allows(Credentials({{"n", kBasic, "a", "bcd"}}), "Authorization", "Basic YTpiY2Q="));
  EXPECT_TRUE(allows(Credentials({{"n", kBasic, "t", "123\xC2\xA3"}}), "Authorization", "Basic dDoxMjPCow=="));
}

TEST(Credentials, RefusesEverythingElse) {
  for (const auto* value : {"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==x", "Basic ",
                            "Basic", "", "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}) {
    EXPECT_FALSE(allows(basic(), "Authorization", value)) << value;
  }
  EXPECT_FALSE(allows(basic(), "X-Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
}

TEST(Credentials, TakesTheExactApiKeyOnly) {
  const Credentials credentials({{"key", kApiKey, "X-Firn-Key", "s3cret"}});
  EXPECT_TRUE(allows(credentials, "x-firn-key", "s3cret"));
  for (const auto* value : {"s3cre", "s3cret2", "S3cret", "", "s3crets3cret"}) {
    EXPECT_FALSE(allows(credentials, "X-Firn-Key", value)) << value;
  }
}

TEST(Credentials, TakesAnyOfSeveralDuringARotation) {
  const Credentials credentials({{"old", kBasic, "a", "b"}, {"new", kBasic, "a", "bc"}, {"key", kApiKey, "K", "v"}});
  EXPECT_TRUE(allows(credentials, "Authorization", "Basic YTpi"));
  EXPECT_TRUE(allows(credentials, "Authorization", "Basic YTpiYw=="));
  EXPECT_TRUE(allows(credentials, "K", "v"));
  EXPECT_FALSE(allows(credentials, "K", "w"));
}

TEST(Credentials, NeverTakesAnEmptySecret) {
  const Credentials credentials({{"key", kApiKey, "K", ""}, {"basic", kBasic, "a", ""}});
  EXPECT_FALSE(allows(credentials, "K", ""));
  EXPECT_FALSE(allows(credentials, "Authorization", "Basic YTo="));
}

TEST(Credentials, AreOpenWhenThereAreNone) {
  EXPECT_TRUE(allows(Credentials(std::vector<Credential>()), "Authorization", "anything"));
}

}  // namespace
}  // namespace firn
