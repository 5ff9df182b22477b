#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "model/journal.h"

namespace firn {

/// A Journal in memory, for tests of what stands on one. Nothing survives it. Threads: any.
class MemoryJournal final : public Journal {
 public:
  explicit MemoryJournal(std::uint64_t generation = 1,
                         std::uint64_t quota_bytes = std::numeric_limits<std::uint64_t>::max())
      : generation_(generation), quota_bytes_(quota_bytes) {}

  Result<std::vector<Position>> append(std::span<const Record> records) override;
  Status reopen() override;
  Result<std::vector<StoredRecord>> read(Position from, std::size_t max_bytes) override;
  [[nodiscard]] Position begin(std::uint64_t partition) const override;
  [[nodiscard]] Position end(std::uint64_t partition) const override;
  Status retire(Position up_to) override;
  [[nodiscard]] std::uint64_t disk_bytes() const override;

  /// The next append fails with this kind and poisons the journal.
  void fail_next_append(ErrorKind kind = ErrorKind::kPoisoned);
  /// The next reopen() fails.
  void fail_next_reopen();
  /// Reads that come to this position fail with kDamaged.
  void damage(Position position);
  /// What salvage leaves of a range.
  void lose(const PositionRange& range, const std::string& where);

 private:
  [[nodiscard]] Position begin_locked() const FIRN_REQUIRES(mutex_);

  const std::uint64_t generation_;
  const std::uint64_t quota_bytes_;
  mutable Mutex mutex_;
  std::map<Position, StoredRecord> entries_ FIRN_GUARDED_BY(mutex_);
  std::uint64_t next_offset_ FIRN_GUARDED_BY(mutex_) = 0;
  std::uint64_t bytes_ FIRN_GUARDED_BY(mutex_) = 0;
  bool poisoned_ FIRN_GUARDED_BY(mutex_) = false;
  std::optional<ErrorKind> next_failure_ FIRN_GUARDED_BY(mutex_);
  bool reopen_fails_ FIRN_GUARDED_BY(mutex_) = false;
  std::optional<Position> damaged_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
