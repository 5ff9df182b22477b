#include "intake/auth/unanswered_challenges.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "base/time.h"

namespace firn {
namespace {

constexpr Timestamp kStart{std::chrono::hours(500'000)};
constexpr Timestamp kLater = kStart + UnansweredChallenges::kPatience;

TEST(UnansweredChallenges, TellsThoseThatNeverAnswer) {
  UnansweredChallenges challenges;
  EXPECT_FALSE(challenges.challenged("203.0.113.7", "forms", kStart));
  EXPECT_FALSE(challenges.challenged("203.0.113.7", "forms", kLater - Duration(1)));
  EXPECT_FALSE(challenges.challenged("203.0.113.7", "cases", kLater)) << "another repeater";
  EXPECT_FALSE(challenges.challenged("203.0.113.8", "forms", kLater)) << "another client";
  EXPECT_TRUE(challenges.challenged("203.0.113.7", "forms", kLater));
}

TEST(UnansweredChallenges, ForgetsWhoWasLetIn) {
  UnansweredChallenges challenges;
  challenges.answered("2001:db8::1", "forms");
  EXPECT_FALSE(challenges.challenged("2001:db8::1", "forms", kStart));
  challenges.answered("2001:db8::2", "forms");
  EXPECT_FALSE(challenges.challenged("2001:db8::1", "forms", kLater));
}

TEST(UnansweredChallenges, KeepsSoManyOnly) {
  UnansweredChallenges challenges;
  for (std::size_t i = 0; i < UnansweredChallenges::kMost; ++i) {
    challenges.challenged(std::to_string(i), "forms", kStart);
  }
  EXPECT_FALSE(challenges.challenged("0", "forms", kLater)) << "it began anew";
  EXPECT_TRUE(challenges.challenged("0", "forms", kLater + UnansweredChallenges::kPatience));
}

}  // namespace
}  // namespace firn
