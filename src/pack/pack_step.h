#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/result.h"
#include "base/time.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "model/journal.h"
#include "model/names.h"
#include "model/period.h"
#include "model/position.h"
#include "model/privacy.h"
#include "model/step.h"
#include "model/table.h"
#include "model/transition.h"
#include "pack/chunk_folder.h"
#include "pack/open_chunk.h"
#include "pack/prepared_records.h"
#include "platform/file_system.h"

namespace firn {

/// What the step works with; all must outlive it.
struct PackContext {
  Journal& journal;
  Catalog& catalog;
  FileSystem& files;
  const Clock& clock;
};

struct PackOptions {
  RepeaterName repeater;
  TableDefinition table;  ///< of a kind that makes no rows only `kind` counts
  std::string data_directory;
  std::uint64_t target_bytes = 64'000'000;  ///< of the compressed file; a chunk is sealed when it has this size
  Duration chunk_age = std::chrono::hours(1);
  std::uint64_t max_rows = 250'000;    ///< rows, requests and quarantined records of one chunk: bounds its memory
  std::size_t read_bytes = 4U << 20U;  ///< bodies read from the journal in one run
  std::uint64_t pack_floor_bytes = 0;  ///< nothing is written when the disk has less room than this
  std::uint64_t max_row_bytes = 128U << 20U;  ///< what the destination takes
  Period period = Period::kMonth;             ///< of the first batch
  PrivacyPolicy privacy;                      ///< applied before anything is written
  /// True while the open batch has the size at which it is closed: nothing more comes into it. Empty: never.
  std::function<bool(const Batch& open)> batch_is_full{};
};

/// Decides the journal's records, range by range: rows into a chunk file, duplicates dropped, the rest into quarantine
/// (design section 6, Deciding).
///
/// One run reads up to `read_bytes`. A range is sealed, which is one DecideRange, when its file has its target size,
/// when it has `max_rows`, when its oldest record is older than `chunk_age` or the range was begun so long ago, at a
/// batch's cut, and early when the disk is full or the journal behind it damaged. Until then the range is in memory and
/// in a temporary file only; each run compares it with the cursor in the catalog and begins anew when they do not fit.
/// A packed chunk whose file is gone before it was staged is packed again from the journal (remake_chunk()). While that
/// cannot be done, everything else goes on, and the step fails with the reason when it has nothing else to do.
/// Nothing is read for an open batch that is full: a trigger closes it first.
/// A range whose commit failed is sealed again with the same end: then its file has the same name, and files in doubt
/// do not gather.
class PackStep : public Step {
 public:
  PackStep(PackContext context, PackOptions options);

  [[nodiscard]] std::string_view name() const override { return "pack"; }
  StepOutcome run() override;

  /// What has been read since the last decision. Any thread.
  [[nodiscard]] PackCounts open_counts() const;

  /// Up to where the last run has read. Any thread.
  [[nodiscard]] Position read_to() const;

 private:
  using Known = std::vector<std::vector<VersionEntry>>;  ///< for each record the entries of its document

  Result<StepOutcome> run_once();
  Status settle_files(Position cursor);
  Status pack_again(const Chunk& chunk);
  Status remove_undecided_quarantine(Position cursor);
  [[nodiscard]] StepOutcome open_first_batch() const;
  [[nodiscard]] bool must_wait_for_trigger(const Batch& batch) const;

  Status check_floor();
  [[nodiscard]] std::optional<Position> end_of_range(const Batch& batch) const;
  Result<bool> consume(std::optional<Position> range_end);
  void skip_to(Position limit);
  Result<Known> look_up(std::span<PreparedRecord> prepared);
  Status apply(std::span<PreparedRecord> prepared, const Known& known, Position limit);
  Status apply_one(PreparedRecord& prepared, std::span<const VersionEntry> known);
  Status add_row(const PreparedRecord& prepared);
  void add_request(const PreparedRecord& prepared);
  Status quarantine(const PreparedRecord& prepared);
  void add_lost(Position first, Position last, const std::string& where);
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] Duration age(Timestamp oldest) const;
  [[nodiscard]] bool is_due(std::optional<Position> end) const;
  Result<StepOutcome> seal(const Batch& batch);
  Result<StepOutcome> wait();

  PackContext context_;
  PackOptions options_;
  std::string quarantine_directory_;
  ChunkFolder folder_;
  OpenChunk open_;
  RecordPreparer preparer_;
  bool started_ = false;
  bool settle_due_ = true;   ///< files have names that do not say whether they are decided
  std::vector<Chunk> lost_;  ///< packed chunks that have no file
  std::optional<Error> cannot_pack_again_;
  bool stopped_ = false;  ///< the range must end here, although there is more
  bool quarantine_written_ = false;
  Duration begun_{};                    ///< steady time when the range was begun
  std::optional<Position> sealed_end_;  ///< of the range at the cursor, when it was sealed before

  mutable Mutex mutex_;
  PackCounts open_counts_ FIRN_GUARDED_BY(mutex_);
  Position read_to_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
