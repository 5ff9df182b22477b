#include "intake/auth/slow_lane.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "base/digest.h"
#include "tests/support/busy_thread.h"

namespace firn {
namespace {

SlowClient client(const std::string& address, const std::string& user) {
  return {digest128(address + " " + user), digest128(address)};
}

/// Keeps the lane busy until let_go().
class Holder : public BusyThread {
 public:
  explicit Holder(SlowLane& lane)
      : BusyThread([&lane](Work work) { lane.submit(client("holder", ""), std::move(work)); }) {}
};

TEST(SlowLane, DoesOneJobAfterTheOther) {
  SlowLane lane({});
  std::string order;
  std::promise<void> done;
  Holder holder(lane);
  for (const char c : {'a', 'b', 'c'}) {
    lane.submit(client("x", std::string(1, c)), [&order, c] { order += c; });
  }
  lane.submit(client("x", "d"), [&] { done.set_value(); });
  holder.let_go();
  done.get_future().wait();
  EXPECT_EQ(order, "abc");
}

TEST(SlowLane, ThrowsAwayWhatGivesWay) {
  SlowLaneOptions options;
  options.most_jobs = 2;
  SlowLane lane(std::move(options));
  const auto alive = std::make_shared<int>(0);
  Holder holder(lane);
  lane.submit(client("x", "a"), [] {});
  lane.submit(client("x", "b"), [alive] {});
  EXPECT_EQ(alive.use_count(), 2);
  std::promise<void> done;
  lane.submit(client("y", "a"), [&] { done.set_value(); });
  EXPECT_EQ(alive.use_count(), 1);
  holder.let_go();
  done.get_future().wait();
}

TEST(SlowLane, CallsLaterInTheOrderOfTheirTimes) {
  std::atomic<bool> late = false;
  std::promise<void> done;
  SlowLane lane({});
  EXPECT_TRUE(lane.call_later(std::chrono::hours(1), [&] { late = true; }));
  EXPECT_TRUE(lane.call_later(std::chrono::milliseconds(1), [&] { done.set_value(); }));
  done.get_future().wait();
  EXPECT_FALSE(late);
}

TEST(SlowLane, BoundsWhatWaitsForItsTime) {
  SlowLaneOptions options;
  options.most_delayed = 1;
  SlowLane lane(std::move(options));
  EXPECT_TRUE(lane.call_later(std::chrono::hours(1), [] {}));
  EXPECT_FALSE(lane.call_later(std::chrono::hours(1), [] {}));
}

TEST(SlowLane, TellsHowLongItIsBusy) {
  SlowLane lane({});
  std::promise<void> idle;
  {
    Holder holder(lane);
    while (lane.busy_for() < std::chrono::milliseconds(2)) {
      std::this_thread::yield();
    }
    holder.let_go();
    lane.submit(client("x", "a"), [&] { idle.set_value(); });
    idle.get_future().wait();
  }
  while (lane.busy_for() > Duration(0)) {
    std::this_thread::yield();
  }
}

TEST(SlowLane, Ticks) {
  std::promise<void> third;
  int ticks = 0;
  SlowLaneOptions options;
  options.tick = std::chrono::milliseconds(1);
  options.on_tick = [&] {
    if (++ticks == 3) {
      third.set_value();
    }
  };
  SlowLane lane(std::move(options));
  third.get_future().wait();
}

TEST(SlowLane, ThrowsAwayWhatWaitsWhenItStops) {
  const auto alive = std::make_shared<int>(0);
  std::atomic<bool> called = false;
  SlowLane lane({});
  Holder holder(lane);
  lane.submit(client("x", "a"), [alive, &called] { called = true; });
  EXPECT_TRUE(lane.call_later(std::chrono::hours(1), [alive, &called] { called = true; }));
  EXPECT_EQ(alive.use_count(), 3);
  auto stopping = std::async(std::launch::async, [&] { lane.stop(); });
  while (alive.use_count() > 1) {
    std::this_thread::yield();
  }
  holder.let_go();
  stopping.wait();
  EXPECT_FALSE(called);
  lane.submit(client("x", "a"), [alive, &called] { called = true; });
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_FALSE(called);
  EXPECT_FALSE(lane.call_later(Duration(0), [] {}));
}

}  // namespace
}  // namespace firn
