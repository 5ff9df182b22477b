#include "load/snowflake/key_pair_tokens.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <string>

#include "base/base64.h"
#include "tests/support/manual_clock.h"
#include "tests/support/snowflake_login.h"

namespace firn {
namespace {

using std::chrono::minutes;

const Error kWhy{ErrorKind::kPermission, "log in", "FIRN", "refused", ""};

/// The claims that a token makes.
boost::json::object claims(const std::string& token) {
  std::string part = token.substr(token.find('.') + 1);
  part = part.substr(0, part.find('.'));
  for (char& c : part) {
    c = c == '-' ? '+' : c == '_' ? '/' : c;
  }
  part.append((4 - part.size() % 4) % 4, '=');
  return boost::json::parse(from_base64(part).value()).as_object();
}

TEST(KeyPairTokens, SayWhoAsksAndForHowLong) {
  const ManualClock clock;
  const SnowflakeLogin login = test_login();
  KeyPairTokens tokens(login, clock);
  const auto said = claims(tokens.get().value().text);
  EXPECT_EQ(said.at("iss").as_string(), "MYORG-NORTH.FIRN." + login.keys[0]->fingerprint());
  EXPECT_EQ(said.at("sub").as_string(), "MYORG-NORTH.FIRN");
  EXPECT_EQ(said.at("iat").as_int64(), ManualClock::kStart / 1'000'000);
  EXPECT_EQ(said.at("exp").as_int64() - said.at("iat").as_int64(), 59 * 60) << "an hour at most";
}

TEST(KeyPairTokens, AreRenewedBeforeTheyEnd) {
  ManualClock clock;
  KeyPairTokens tokens(test_login(), clock);
  const std::string first = tokens.get().value().text;
  clock.advance(minutes(53));
  EXPECT_EQ(tokens.get().value().text, first);
  clock.advance(minutes(1));
  EXPECT_NE(tokens.get().value().text, first);
}

TEST(KeyPairTokens, LearnSnowflakesClockFromARefusal) {
  const ManualClock clock;
  KeyPairTokens tokens(test_login(), clock);
  const auto token = tokens.get().value();
  EXPECT_TRUE(tokens.refused(token, "394302", clock.now() + minutes(30), kWhy));
  const auto next = tokens.get().value();
  EXPECT_EQ(claims(next.text).at("iat").as_int64() - claims(token.text).at("iat").as_int64(), 30 * 60);
  EXPECT_FALSE(tokens.refused(next, "394302", clock.now() + minutes(30), kWhy)) << "it is known already";
}

TEST(KeyPairTokens, FallOverToTheSecondKeyAndBack) {
  const ManualClock clock;
  KeyPairTokens tokens(test_login(2), clock);
  const auto first = tokens.get().value();
  EXPECT_TRUE(tokens.refused(first, "394304", {}, kWhy));
  const auto second = tokens.get().value();
  EXPECT_EQ(second.key, 1U);
  EXPECT_FALSE(tokens.refused(second, "394304", {}, kWhy)) << "both were tried";
  tokens.accepted(second);
  EXPECT_TRUE(tokens.refused(second, "394304", {}, kWhy));
  EXPECT_EQ(tokens.get().value().key, 0U);
}

TEST(KeyPairTokens, TellTheOthersWhatOneRequestHasLearnt) {
  const ManualClock clock;
  KeyPairTokens tokens(test_login(2), clock);
  const auto token = tokens.get().value();
  EXPECT_TRUE(tokens.refused(token, "394304", {}, kWhy));
  EXPECT_TRUE(tokens.refused(token, "394304", {}, kWhy)) << "it was made before the key was changed";
  EXPECT_EQ(tokens.get().value().key, 1U);
}

TEST(KeyPairTokens, AreNotTriedUntilTheUserIsLocked) {
  ManualClock clock;
  clock.advance(minutes(1));
  KeyPairTokens tokens(test_login(), clock);
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(tokens.refused(tokens.get().value(), "394304", {}, kWhy));
  }
  clock.advance(minutes(19));
  EXPECT_EQ(tokens.get().error().kind, ErrorKind::kPermission);
  EXPECT_NE(tokens.get().error().reason.find("refused (asked 4 times"), std::string::npos);
  clock.advance(minutes(1));
  EXPECT_TRUE(tokens.get());
}

}  // namespace
}  // namespace firn
