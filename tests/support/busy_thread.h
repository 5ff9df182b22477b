#pragma once

#include <functional>
#include <future>

namespace firn {

/// Keeps a thread that does one piece of work after the other busy, from its making until let_go().
class BusyThread {
 public:
  using Work = std::move_only_function<void()>;

  /// `submit` hands the thread its work.
  explicit BusyThread(const std::function<void(Work)>& submit) {
    submit([this] {
      started_.set_value();
      go_.get_future().wait();
    });
    started_.get_future().wait();
  }
  void let_go() { go_.set_value(); }

 private:
  std::promise<void> started_;
  std::promise<void> go_;
};

}  // namespace firn
