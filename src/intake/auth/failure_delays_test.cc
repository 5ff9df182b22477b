#include "intake/auth/failure_delays.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>

#include "base/digest.h"

namespace firn {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(FailureDelays, GrowToTheirBound) {
  FailureDelays delays;
  const Digest128 client = digest128("a");
  Duration now{0};
  for (const int expected : {0, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000}) {
    EXPECT_EQ(delays.failed(client, now), milliseconds(expected));
    now += seconds(6);
  }
}

TEST(FailureDelays, ConcernNobodyElse) {
  FailureDelays delays;
  for (int i = 0; i < 20; ++i) {
    delays.failed(digest128("wrong"), Duration(0));
  }
  EXPECT_EQ(delays.failed(digest128("other"), Duration(0)), Duration(0));
}

TEST(FailureDelays, WaitOneAfterTheOtherWhenTheyComeTogether) {
  FailureDelays delays;
  const Digest128 client = digest128("a");
  for (const int expected : {0, 100, 300, 700, 1500, 3100, 5000, 5000}) {
    EXPECT_EQ(delays.failed(client, seconds(1)), milliseconds(expected));
  }
}

TEST(FailureDelays, AreForgottenAfterAWhile) {
  FailureDelays delays;
  const Digest128 client = digest128("a");
  delays.failed(client, Duration(0));
  EXPECT_GT(delays.failed(client, FailureDelays::kForget), Duration(0));
  EXPECT_EQ(delays.failed(client, 2 * FailureDelays::kForget + Duration(1)), Duration(0));
}

TEST(FailureDelays, KeepABoundedNumberOfClients) {
  FailureDelays delays;
  const Digest128 first = digest128("first");
  delays.failed(first, Duration(0));
  delays.failed(first, Duration(0));
  for (std::size_t i = 0; i < FailureDelays::kMostClients; ++i) {
    delays.failed(digest128(std::to_string(i)), Duration(0));
  }
  EXPECT_EQ(delays.failed(first, Duration(0)), Duration(0));
}

}  // namespace
}  // namespace firn
