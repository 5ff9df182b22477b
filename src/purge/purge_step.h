#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/journal.h"
#include "model/names.h"
#include "model/stage.h"
#include "model/step.h"
#include "platform/file_system.h"
#include "purge/journal_retirement.h"

namespace firn {

struct PurgeOptions {
  std::string chunk_directory;  ///< holds the repeater's local files by file_name(key)
  Duration keep_staged{};       ///< how long a staged object stays after it is proven loaded
};

/// Removes what is proven loaded, of one repeater: the local file of a chunk at once, its staged object after
/// `keep_staged`, then loaded -> purged (replaced chunks likewise); batches of which nothing is left; and the journal
/// behind everything that is settled. Never touches what belongs to a packed, staged, submitted or quarantined chunk: a
/// quarantined chunk that never reached the stage keeps the journal from being retired past it.
class PurgeStep final : public Step {
 public:
  struct Parts {
    Catalog& catalog;
    Stage& stage;
    Journal& journal;
    FileSystem& files;
    const Clock& clock;
  };

  PurgeStep(RepeaterName repeater, const Parts& parts, PurgeOptions options);

  [[nodiscard]] std::string_view name() const override { return "purge"; }
  StepOutcome run() override;

 private:
  Result<StepOutcome> run_once();
  Status remove_local_files(const std::vector<Chunk>& chunks);
  Result<std::vector<Transition>> purge_objects(const std::vector<Chunk>& due);
  Result<std::vector<Transition>> purge_batches();
  Result<bool> is_over(const Batch& batch);
  /// When the chunk's object may go.
  [[nodiscard]] Timestamp due_at(const Chunk& chunk) const;

  const RepeaterName repeater_;
  const Parts parts_;
  const PurgeOptions options_;
  std::set<ChunkId> without_local_file_;  ///< loaded chunks whose file this process has removed
  JournalRetirement retirement_;
};

}  // namespace firn
