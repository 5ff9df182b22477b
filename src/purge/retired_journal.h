#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/journal.h"

namespace firn {

/// Remembers up to where it was retired.
class RetiredJournal final : public Journal {
 public:
  Result<std::vector<Position>> append(std::span<const Record>) override { return std::vector<Position>{}; }
  Status reopen() override { return {}; }
  Result<std::vector<StoredRecord>> read(Position, std::size_t) override { return std::vector<StoredRecord>{}; }
  [[nodiscard]] Position begin(std::uint64_t) const override { return up_to; }
  [[nodiscard]] Position end(std::uint64_t) const override { return up_to; }
  Status retire(Position position) override {
    ++calls;
    if (broken) {
      return fail(Error{ErrorKind::kUnavailable, "remove", "segment", "input/output error", {}});
    }
    up_to = position;
    return {};
  }
  [[nodiscard]] std::uint64_t disk_bytes() const override { return 0; }

  Position up_to;
  int calls = 0;
  bool broken = false;
};

}  // namespace firn
