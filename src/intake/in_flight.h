#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace firn {

/// The bytes that may be held at one time: of bodies being received or waiting for the journal. Large bodies may not
/// take all of it, so that ordinary forms get in beside them. Threads: any.
class InFlightBudget {
 public:
  /// Bodies above a 128th of `limit` may fill it up to `for_large` only.
  InFlightBudget(std::size_t limit, std::size_t for_large) : limit_(limit), for_large_(for_large) {}

  /// `whole` is the size of the body so far, with `bytes`.
  bool take(std::size_t bytes, std::size_t whole) {
    if (used_.fetch_add(bytes) + bytes <= (whole > limit_ / 128 ? for_large_ : limit_)) {
      return true;
    }
    used_.fetch_sub(bytes);
    return false;
  }
  void give_back(std::size_t bytes) { used_.fetch_sub(bytes); }
  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  const std::size_t limit_;
  const std::size_t for_large_;
  std::atomic<std::size_t> used_ = 0;
};

/// A part of the budget, given back when destroyed. `budget` must outlive it. Threads: one at a time.
class InFlight {
 public:
  explicit InFlight(InFlightBudget& budget) : budget_(&budget) {}
  ~InFlight() {
    if (budget_ != nullptr) {
      budget_->give_back(bytes_);
    }
  }
  InFlight(InFlight&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
  InFlight& operator=(InFlight&&) = delete;
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

  /// False when the budget does not allow it; nothing has changed then.
  bool take(std::size_t more) {
    const bool taken = budget_->take(more, bytes_ + more);
    bytes_ += taken ? more : 0;
    return taken;
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  InFlightBudget* budget_;
  std::size_t bytes_ = 0;
};

}  // namespace firn
