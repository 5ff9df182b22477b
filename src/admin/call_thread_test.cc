#include "admin/call_thread.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "tests/support/busy_thread.h"

namespace firn {
namespace {

TEST(CallThread, MakesOneCallAfterTheOther) {
  CallThread thread;
  std::string order;
  std::promise<void> done;
  for (const char c : {'a', 'b', 'c'}) {
    EXPECT_TRUE(thread.submit([&order, c] { order += c; }));
  }
  EXPECT_TRUE(thread.submit([&done] { done.set_value(); }));
  done.get_future().wait();
  EXPECT_EQ(order, "abc");
}

TEST(CallThread, RefusesWhenTooManyWaitAndLeavesNothing) {
  const auto alive = std::make_shared<int>(0);
  {
    CallThread thread;
    BusyThread busy([&](BusyThread::Work work) { EXPECT_TRUE(thread.submit(std::move(work))); });
    for (std::size_t i = 0; i < CallThread::kMostWaiting; ++i) {
      EXPECT_TRUE(thread.submit([alive] {}));
    }
    EXPECT_FALSE(thread.submit([alive] {}));
    busy.let_go();
  }
  EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace firn
