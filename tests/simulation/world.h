#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/file/file_journal.h"
#include "load/load_step.h"
#include "load/trigger_step.h"
#include "model/names.h"
#include "observe/alarms.h"
#include "observe/log.h"
#include "pack/mend_step.h"
#include "pack/pack_step.h"
#include "pipeline/scheduler.h"
#include "purge/purge_step.h"
#include "stage/directory/directory_stage.h"
#include "stage/stage_step.h"
#include "tests/simulation/destination.h"
#include "tests/simulation/documents.h"
#include "tests/simulation/stubs.h"
#include "tests/support/fault_plan.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_catalog.h"
#include "tests/support/simulated_file_system.h"
#include "verify/verify_step.h"

namespace firn {

/// What a simulation has seen, to tell whether it tested anything.
struct Happenings {
  int crashes = 0;
  int kills = 0;
  int crashes_in_recovery = 0;
  int failed_appends = 0;
  int ingests = 0;
  int stubs = 0;
  int faults = 0;
  int lost_files = 0;
  int refused = 0;
  int came_back = 0;  ///< rows without version, of a content that was there before another
};

/// One repeater's whole pipeline, and a second one whose documents make no rows, on a simulated machine, in one thread:
/// the real journal, steps, scheduler and directory stage over a faulty file system, a catalog in memory whose commits
/// may fail, a clock set by hand, and a destination that outlives every crash. The same seed gives the same run.
class World {
 public:
  explicit World(std::uint64_t seed);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Does so many things by chance: posts, runs steps, lets time pass, breaks things, crashes.
  void live(int actions);

  /// Ends all trouble, does what an operator would, and runs until nothing is wrong any more.
  /// False when that never comes.
  bool come_to_rest();

  /// What is wrong at rest; empty when every promise was kept.
  [[nodiscard]] std::string complaint();

  [[nodiscard]] const Happenings& happenings() const { return happenings_; }

 private:
  struct Process;

  void act();
  void post();
  void post_stubs();
  void run_steps();
  void break_something();
  void lose_chunk_file();
  void crash();
  void restart();
  bool start();
  void ingest();
  /// What an operator does about quarantined chunks.
  void return_chunks();
  [[nodiscard]] std::string check_rows();
  [[nodiscard]] std::string check_quarantine();
  [[nodiscard]] std::string check_leftovers();

  Chance chance_;
  std::uint64_t seed_;
  SimulatedFileSystem files_;
  MemoryCatalog catalog_;
  ManualClock clock_;
  Destination destination_;
  Documents documents_;
  StubDeliveries stubs_;
  Happenings happenings_;
  double trouble_ = 0.05;
  std::unique_ptr<Process> process_;
};

}  // namespace firn
