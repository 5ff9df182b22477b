#include "intake/auth/unanswered_challenges.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>

#include "base/time.h"

namespace firn {
namespace {

constexpr Timestamp kStart{std::chrono::hours(500'000)};
constexpr Duration kPatience = UnansweredChallenges::kPatience;

TEST(UnansweredChallenges, TellsThoseThatNeverAnswer) {
  UnansweredChallenges challenges;
  EXPECT_FALSE(challenges.challenged("203.0.113.7", "forms", kStart));
  EXPECT_FALSE(challenges.challenged("203.0.113.7", "forms", kStart + kPatience));
  EXPECT_FALSE(challenges.challenged("203.0.113.7", "forms", kStart + 2 * kPatience - Duration(1)))
      << "nearly the same";
  EXPECT_FALSE(challenges.challenged("203.0.113.7", "cases", kStart + 2 * kPatience)) << "another repeater";
  EXPECT_FALSE(challenges.challenged("203.0.113.8", "forms", kStart + 2 * kPatience)) << "another client";
  EXPECT_TRUE(challenges.challenged("203.0.113.7", "forms", kStart + 2 * kPatience));
  EXPECT_TRUE(challenges.challenged("203.0.113.7", "forms", kStart + 2 * kPatience));
}

TEST(UnansweredChallenges, ManyAtATimeAreOneBeginning) {
  UnansweredChallenges challenges;
  EXPECT_FALSE(challenges.challenged("203.0.113.7", "forms", kStart)) << "a connection was lost then";
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(challenges.challenged("203.0.113.7", "forms", kStart + 1000 * kPatience));
  }
}

TEST(UnansweredChallenges, ForgetsWhoWasLetIn) {
  UnansweredChallenges challenges;
  challenges.answered("2001:db8::1", "forms");
  challenges.challenged("2001:db8::1", "forms", kStart);
  challenges.challenged("2001:db8::1", "forms", kStart + kPatience);
  challenges.answered("2001:db8::2", "forms");
  EXPECT_FALSE(challenges.challenged("2001:db8::1", "forms", kStart + 2 * kPatience));
}

TEST(UnansweredChallenges, KeepsSoManyOnly) {
  UnansweredChallenges challenges;
  for (int minute = 0; minute < 2; ++minute) {
    for (std::size_t i = 0; i < UnansweredChallenges::kMost; ++i) {
      challenges.challenged(std::to_string(i), "forms", kStart + minute * kPatience);
    }
  }
  EXPECT_TRUE(challenges.challenged("0", "forms", kStart + 2 * kPatience)) << "a known one makes no room";
  challenges.challenged("new", "forms", kStart + 2 * kPatience);
  EXPECT_FALSE(challenges.challenged("1", "forms", kStart + 2 * kPatience)) << "it began anew";
}

}  // namespace
}  // namespace firn
