#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace firn {

/// The bytes that may be held at one time: of bodies being received or waiting for the journal. Threads: any.
class InFlightBudget {
 public:
  explicit InFlightBudget(std::size_t limit) : limit_(limit) {}

  bool take(std::size_t bytes) {
    if (used_.fetch_add(bytes) + bytes <= limit_) {
      return true;
    }
    used_.fetch_sub(bytes);
    return false;
  }
  void give_back(std::size_t bytes) { used_.fetch_sub(bytes); }
  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  const std::size_t limit_;
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
    const bool taken = budget_->take(more);
    bytes_ += taken ? more : 0;
    return taken;
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  InFlightBudget* budget_;
  std::size_t bytes_ = 0;
};

}  // namespace firn
