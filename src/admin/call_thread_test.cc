#include "admin/call_thread.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <future>
#include <memory>
#include <string>

namespace firn {
namespace {

/// Keeps the thread busy until let_go().
class Holder {
 public:
  explicit Holder(CallThread& thread) {
    EXPECT_TRUE(thread.submit([this] {
      started_.set_value();
      go_.get_future().wait();
    }));
    started_.get_future().wait();
  }
  void let_go() { go_.set_value(); }

 private:
  std::promise<void> started_;
  std::promise<void> go_;
};

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
    Holder holder(thread);
    for (std::size_t i = 0; i < CallThread::kMostWaiting; ++i) {
      EXPECT_TRUE(thread.submit([alive] {}));
    }
    EXPECT_FALSE(thread.submit([alive] {}));
    holder.let_go();
  }
  EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace firn
