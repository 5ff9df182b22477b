// Random histories of appends, failures, crashes, reopening, reading and retirement against an obvious model.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "journal/file/file_journal.h"
#include "model/position.h"
#include "model/record.h"
#include "tests/support/simulated_file_system.h"

namespace firn {
namespace {

using Step = std::tuple<std::uint8_t, std::uint16_t, std::uint16_t>;

class ModelRun {
 public:
  ModelRun() {
    options_.directory = "/journal/forms";
    options_.repeater = RepeaterName("forms");
    options_.segment_bytes = 400;
    open();
  }

  void run(const std::vector<Step>& steps) {
    for (const auto& [kind, a, b] : steps) {
      step(kind % 10, a, b);
      check();
    }
  }

 private:
  void step(int kind, std::uint16_t a, std::uint16_t b) {
    switch (kind) {
      case 0:
        return kill(a);
      case 1:
        return lose_power(a);
      case 2:
        return lose_power_while_opening(a, b);
      case 3:
        return append_with_fault(a, b);
      case 4:
        return reopen(a);
      case 5:
        return retire(a);
      case 6:
        return read_somewhere(a, b);
      default:
        return append(1 + a % 4, b % 100);
    }
  }

  void open() {
    auto opened = FileJournal::open(files_, options_);
    RC_ASSERT(opened.has_value());
    journal_ = std::move(*opened);
    adopt_what_came_back();
  }

  /// Records of an append that failed may come back, the first ones of it, at the positions they would have got.
  void adopt_what_came_back() {
    const auto end = journal_->end(0).offset();
    RC_ASSERT(end >= acknowledged_.size());
    RC_ASSERT(end <= acknowledged_.size() + in_doubt_.size());
    const auto count = static_cast<std::ptrdiff_t>(end - acknowledged_.size());
    acknowledged_.insert(acknowledged_.end(), in_doubt_.begin(), in_doubt_.begin() + count);
    in_doubt_.clear();
    poisoned_ = false;
  }

  void append(std::size_t count, std::size_t padding) {
    std::vector<std::string> bodies;
    std::vector<Record> records(count);
    for (auto& record : records) {
      record.body = std::to_string(next_body_++) + std::string(padding, '.');
      bodies.push_back(record.body);
    }
    const auto positions = journal_->append(records);
    if (!positions) {
      // What the first failed append wrote is in doubt; later ones write nothing.
      if (!std::exchange(poisoned_, true)) {
        in_doubt_ = bodies;
      }
      return;
    }
    RC_ASSERT(!poisoned_);
    RC_ASSERT(positions->size() == count);
    RC_ASSERT(positions->front() == Position::make(1, 0, acknowledged_.size()));
    acknowledged_.insert(acknowledged_.end(), bodies.begin(), bodies.end());
  }

  void append_with_fault(std::uint16_t a, std::uint16_t b) {
    fail_one(a);
    append(1 + b % 3, b % 50);
    files_.clear_faults();
  }

  void fail_one(std::uint16_t which) {
    constexpr FileCall kCalls[] = {FileCall::kSync,   FileCall::kAppend,        FileCall::kCreate,
                                   FileCall::kRename, FileCall::kSyncDirectory, FileCall::kRemove};
    files_.fail_nth(kCalls[which % 6], "/journal", 1 + which / 6 % 2, which % 5 == 0 ? ENOSPC : EIO);
  }

  void reopen(std::uint16_t a) {
    if (a % 2 == 0) {
      fail_one(a);
    }
    const auto reopened = journal_->reopen();
    files_.clear_faults();
    if (reopened) {
      poisoned_ = false;
      in_doubt_.clear();
    } else {
      RC_ASSERT(poisoned_);
    }
  }

  void kill(std::uint16_t seed) {
    journal_.reset();
    files_.kill_process();
    open();
    static_cast<void>(seed);
  }

  void lose_power(std::uint16_t seed) {
    journal_.reset();
    files_.crash(seed);
    open();
  }

  void lose_power_while_opening(std::uint16_t calls, std::uint16_t seed) {
    journal_.reset();
    seed % 2 == 0 ? files_.kill_process() : files_.crash(seed);
    files_.stop_after(calls % 25);
    static_cast<void>(FileJournal::open(files_, options_));
    seed % 3 == 0 ? files_.kill_process() : files_.crash(seed);
    open();
  }

  void retire(std::uint16_t a) {
    if (a % 4 == 0) {
      fail_one(5);
    }
    const std::size_t up_to = acknowledged_.empty() ? 0 : a % (acknowledged_.size() + 1);
    retired_ = std::max(retired_, up_to);
    static_cast<void>(journal_->retire(Position::make(1, 0, up_to)));
    files_.clear_faults();
  }

  void read_somewhere(std::uint16_t a, std::uint16_t b) {
    const std::size_t from = std::max<std::size_t>(retired_, a % (acknowledged_.size() + 1));
    const auto batch = journal_->read(Position::make(1, 0, from), b % 200).value();
    RC_ASSERT(batch.empty() == (from == acknowledged_.size()));
    for (std::size_t i = 0; i < batch.size(); ++i) {
      RC_ASSERT(batch[i].record.body == acknowledged_.at(from + i));
    }
  }

  /// Everything that was acknowledged and not retired is there, at its position, and nothing else.
  void check() {
    RC_ASSERT(journal_->end(0) == Position::make(1, 0, acknowledged_.size()));
    RC_ASSERT(journal_->begin(0).offset() <= std::max(retired_, acknowledged_.size()));
    Position next = journal_->begin(0);
    RC_ASSERT(next.offset() <= retired_ || acknowledged_.size() == next.offset());
    while (true) {
      const auto batch = journal_->read(next, 300).value();
      if (batch.empty()) {
        break;
      }
      for (const auto& stored : batch) {
        RC_ASSERT(stored.position == next);
        RC_ASSERT(stored.record.body == acknowledged_.at(next.offset()));
        next = next.plus(1);
      }
    }
    RC_ASSERT(next == journal_->end(0));
  }

  SimulatedFileSystem files_{7};
  FileJournalOptions options_;
  std::unique_ptr<FileJournal> journal_;
  std::vector<std::string> acknowledged_;  ///< by offset
  std::vector<std::string> in_doubt_;      ///< of the append that failed, until reopened
  std::size_t retired_ = 0;
  bool poisoned_ = false;
  int next_body_ = 0;
};

TEST(JournalModel, HoldsEveryAcknowledgedRecordWhateverHappens) {
  const bool held = rc::check([](const std::vector<Step>& steps) { ModelRun().run(steps); });
  EXPECT_TRUE(held);
}

}  // namespace
}  // namespace firn
