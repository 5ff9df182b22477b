#include "pipeline/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>

namespace firn {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, WaitsAnyPartOfABoundThatDoublesUpToTheLongest) {
  std::mt19937_64 random(1);
  for (const auto& [failures, bound] :
       {std::pair(0, 100), {1, 200}, {2, 400}, {5, 3200}, {6, 6400}, {7, 10'000}, {30, 10'000}}) {
    Duration least = std::chrono::hours(1);
    Duration most{};
    for (int i = 0; i < 300; ++i) {
      Backoff backoff({milliseconds(100), milliseconds(10'000)});
      for (int before = 0; before < failures; ++before) {
        backoff.next(random);
      }
      const Duration wait = backoff.next(random);
      least = std::min(least, wait);
      most = std::max(most, wait);
    }
    EXPECT_LT(least, milliseconds(bound) / 10) << failures;
    EXPECT_GT(most, milliseconds(bound) * 9 / 10) << failures;
    EXPECT_LE(most, milliseconds(bound)) << failures;
  }
}

TEST(Backoff, BeginsAnewAfterASuccess) {
  std::mt19937_64 random(1);
  Backoff backoff({milliseconds(100), milliseconds(10'000)});
  for (int i = 0; i < 10; ++i) {
    backoff.next(random);
  }
  EXPECT_EQ(backoff.failures(), 10U);
  backoff.reset();
  EXPECT_LE(backoff.next(random), milliseconds(100));
}

}  // namespace
}  // namespace firn
