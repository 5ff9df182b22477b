#include "pipeline/metered_journal.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace firn {
namespace {

constexpr const char* kFull = "journal.full";
constexpr const char* kPoisoned = "journal.poisoned";
constexpr const char* kWriteFailed = "journal.write_failed";

std::vector<double> second_bounds() { return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5}; }
std::vector<double> record_bounds() { return {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000}; }

}  // namespace

/// Marks the time between its making and its end.
class MeteredJournal::Busy {
 public:
  explicit Busy(MeteredJournal& journal) : journal_(journal), since_(journal.clock_.steady()) {
    journal_.busy_since_ = std::max<std::int64_t>(since_.count(), 1);
  }
  ~Busy() { journal_.busy_since_ = 0; }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  [[nodiscard]] double seconds() const {
    return static_cast<double>((journal_.clock_.steady() - since_).count()) / 1e6;
  }

 private:
  MeteredJournal& journal_;
  const Duration since_;
};

MeteredJournal::MeteredJournal(std::unique_ptr<Journal> journal, const std::string& repeater, const Clock& clock,
                               Alarms& alarms, Metrics& metrics)
    : journal_(std::move(journal)),
      repeater_(repeater),
      clock_(clock),
      alarms_(alarms),
      seconds_(metrics.histogram("firn_journal_append_duration_seconds",
                                 "Time to write and sync what had gathered, by repeater.", {{"repeater", repeater}},
                                 second_bounds())),
      records_(metrics.histogram("firn_journal_append_records", "Records that one write and sync stored, by repeater.",
                                 {{"repeater", repeater}}, record_bounds())),
      failures_(metrics.counter("firn_journal_append_failures_total", "Appends that stored nothing, by repeater.",
                                {{"repeater", repeater}})) {}

Result<std::vector<Position>> MeteredJournal::append(std::span<const Record> records) {
  const Busy busy(*this);
  auto positions = journal_->append(records);
  seconds_.observe(busy.seconds());
  if (!positions) {
    failures_.add();
    tell_failure(positions.error());
    return positions;
  }
  records_.observe(static_cast<double>(records.size()));
  if (full_.exchange(false)) {
    alarms_.clear(kFull, repeater_);
  }
  return positions;
}

void MeteredJournal::tell_failure(const Error& error) {
  if (error.kind == ErrorKind::kNoSpace) {
    full_ = true;
    alarms_.raise(kFull, repeater_, error.message() + "; the repeater answers 503 and HQ sends again later");
  } else if (error.kind == ErrorKind::kPoisoned) {
    alarms_.raise_event(kWriteFailed, repeater_,
                        error.message() + "; nothing that was answered is lost; a new segment is begun");
  }
}

Status MeteredJournal::reopen() {
  const Busy busy(*this);
  Status reopened = journal_->reopen();
  if (reopened) {
    alarms_.clear(kPoisoned, repeater_);
  } else {
    alarms_.raise(kPoisoned, repeater_,
                  reopened.error().message() + "; the repeater answers 503 until its journal can be written again");
  }
  return reopened;
}

Result<std::vector<StoredRecord>> MeteredJournal::read(Position from, std::size_t max_bytes) {
  return journal_->read(from, max_bytes);
}

Status MeteredJournal::retire(Position up_to) {
  const std::uint64_t before = journal_->disk_bytes();
  Status retired = journal_->retire(up_to);
  if (journal_->disk_bytes() < before && full_.exchange(false)) {
    alarms_.clear(kFull, repeater_);
  }
  return retired;
}

Duration MeteredJournal::busy_for() const {
  const std::int64_t since = busy_since_;
  return since == 0 ? Duration(0) : std::max(Duration(0), clock_.steady() - Duration(since));
}

}  // namespace firn
