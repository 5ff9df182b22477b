#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/journal.h"
#include "observe/alarms.h"
#include "observe/metrics.h"

namespace firn {

/// A repeater's journal whose appends are measured, and whose failures are told: `journal.write_failed`,
/// `journal.poisoned` while it cannot be opened again, `journal.full` while its quota is used up.
class MeteredJournal final : public Journal {
 public:
  /// The references must outlive the journal.
  MeteredJournal(std::unique_ptr<Journal> journal, const std::string& repeater, const Clock& clock, Alarms& alarms,
                 Metrics& metrics);

  Result<std::vector<Position>> append(std::span<const Record> records) override;
  Status reopen() override;
  Result<std::vector<StoredRecord>> read(Position from, std::size_t max_bytes) override;
  [[nodiscard]] Position begin(std::uint64_t partition) const override { return journal_->begin(partition); }
  [[nodiscard]] Position end(std::uint64_t partition) const override { return journal_->end(partition); }
  Status retire(Position up_to) override;
  [[nodiscard]] std::uint64_t disk_bytes() const override { return journal_->disk_bytes(); }

  /// How long the append or reopen() under way has taken; 0 when there is none.
  [[nodiscard]] Duration busy_for() const;

 private:
  class Busy;
  void tell_failure(const Error& error);

  const std::unique_ptr<Journal> journal_;
  const std::string repeater_;
  const Clock& clock_;
  Alarms& alarms_;
  MetricHistogram seconds_;
  MetricHistogram records_;
  MetricCounter failures_;
  std::atomic<std::int64_t> busy_since_{0};  // steady microseconds; 0: not busy
  std::atomic<bool> full_{false};
};

}  // namespace firn
