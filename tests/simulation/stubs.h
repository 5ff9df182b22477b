#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "journal/file/file_journal.h"
#include "model/catalog.h"
#include "pack/pack_step.h"
#include "pipeline/scheduler.h"
#include "platform/file_system.h"
#include "purge/retire_step.h"
#include "tests/support/fault_plan.h"

namespace firn {

/// A second repeater of the same process, whose documents make no rows: form stubs. Dies with the process.
class StubLine {
 public:
  static Result<std::unique_ptr<StubLine>> open(FileSystem& files, Catalog& catalog, const Clock& clock);

  void add_to(Scheduler& scheduler);
  [[nodiscard]] FileJournal& journal() { return *journal_; }

 private:
  StubLine(std::unique_ptr<FileJournal> journal, FileSystem& files, Catalog& catalog, const Clock& clock);

  std::unique_ptr<FileJournal> journal_;
  PackStep pack_;
  RetireStep retire_;
};

/// The stubs that HQ has sent: the truth outside of the simulated machine.
class StubDeliveries {
 public:
  explicit StubDeliveries(Chance& chance) : chance_(chance) {}

  /// Sends some, new ones and repeated ones. False when the journal has failed.
  bool post(FileJournal& journal, Scheduler& scheduler, Timestamp now);

  /// What is wrong at rest: each stub that was acknowledged is one request, and there is no other request.
  [[nodiscard]] std::string complaint(Catalog& catalog, const FileJournal& journal) const;

 private:
  Chance& chance_;
  std::uint64_t next_ = 1;
  std::set<std::string> attempted_;
  std::set<std::string> acknowledged_;
};

}  // namespace firn
