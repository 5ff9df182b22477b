#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace firn {

/// A record's place in the journal of its repeater: generation, partition and offset as one number
/// `generation * 2^48 + partition * 2^40 + offset`, below 2^63 (design section 2). Never used twice.
/// The generation rises when a data directory is restored, so that old and new positions cannot meet.
class Position {
 public:
  static constexpr std::uint64_t kMaxGeneration = (1ULL << 15U) - 1;
  static constexpr std::uint64_t kMaxPartition = (1ULL << 8U) - 1;
  static constexpr std::uint64_t kMaxOffset = (1ULL << 40U) - 1;

  constexpr Position() = default;
  constexpr explicit Position(std::uint64_t value) : value_(value) {}
  /// The parts must be within the three limits above.
  static constexpr Position make(std::uint64_t generation, std::uint64_t partition, std::uint64_t offset) {
    return Position((generation << 48U) | (partition << 40U) | offset);
  }

  [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
  [[nodiscard]] constexpr std::uint64_t generation() const { return value_ >> 48U; }
  [[nodiscard]] constexpr std::uint64_t partition() const { return (value_ >> 40U) & kMaxPartition; }
  [[nodiscard]] constexpr std::uint64_t offset() const { return value_ & kMaxOffset; }
  /// The position `count` records later in the same generation and partition.
  [[nodiscard]] constexpr Position plus(std::uint64_t count) const { return Position(value_ + count); }
  [[nodiscard]] std::string str() const { return std::to_string(value_); }

  auto operator<=>(const Position&) const = default;

 private:
  std::uint64_t value_ = 0;
};

/// A contiguous range, both ends included, in one generation and partition.
struct PositionRange {
  Position first;
  Position last;
  [[nodiscard]] std::uint64_t count() const { return last.value() - first.value() + 1; }
  auto operator<=>(const PositionRange&) const = default;
};

}  // namespace firn
