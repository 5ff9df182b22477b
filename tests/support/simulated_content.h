#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/fault_plan.h"

namespace firn {

/// The bytes of one file: what a reader sees now, and how much of it survives a loss of power.
class SimulatedContent {
 public:
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::size_t synced() const { return synced_; }

  void append(std::string_view more) { bytes_ += more; }
  /// Empties the file. Until the next sync the old bytes may come back.
  void truncate();
  void sync();
  /// What was not synced is from now on in an unknown state on disk: readers still see it, but a loss of power may take
  /// it, whatever a later sync says (as Linux marks pages clean after a failed write-back).
  void fail_sync();
  void flip(std::size_t offset);

  /// Leaves what the disk has after a loss of power: the synced bytes and any part of the others, maybe torn.
  void lose_power(Chance& chance);

 private:
  using Range = std::pair<std::size_t, std::size_t>;
  void tear_tail(Chance& chance);
  void spoil(Range range, Chance& chance);

  std::string bytes_;
  std::size_t synced_ = 0;
  std::vector<Range> doubtful_;  ///< of a failed sync
  std::optional<std::string> before_truncate_;
};

}  // namespace firn
