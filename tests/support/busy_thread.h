#pragma once

#include <functional>
#include <future>
#include <utility>

namespace firn {

/// Keeps a thread that does one piece of work after the other busy, from its making until let_go().
class BusyThread {
 public:
  using Work = std::move_only_function<void()>;

  /// `submit` hands the thread its work.
  explicit BusyThread(const std::function<void(Work)>& submit) {
    std::promise<void> started;
    auto has_started = started.get_future();
    // The work owns what it touches: it may end after this object.
    submit([started = std::move(started), go = go_.get_future()]() mutable {
      started.set_value();
      go.wait();
    });
    has_started.wait();
  }
  void let_go() { go_.set_value(); }

 private:
  std::promise<void> go_;
};

}  // namespace firn
