#pragma once

#include <functional>
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
#include "purge/retention.h"

namespace firn {

struct PurgeOptions {
  std::string chunk_directory;            ///< holds the repeater's local files by file_name(key)
  std::optional<Duration> keep_staged{};  ///< as in RetentionPolicy
  std::function<bool()> at_once{};        ///< as in RetentionPolicy, asked at each run; empty: never
};

/// Removes what is proven loaded, of one repeater: the local file of a chunk at once, its staged object after its
/// retention, then loaded -> purged (replaced chunks likewise); batches of which nothing is left; and the journal
/// behind everything that is settled. Never touches what belongs to a packed, staged, submitted or quarantined chunk: a
/// quarantined chunk that never reached the stage keeps the journal from being retired past it. When a submitted one
/// has outlived its retention without a proof, the step is blocked once it has nothing else to do: a person must look.
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
  Result<StepOutcome> wait(const Retention& retention, std::optional<Timestamp> next);
  [[nodiscard]] RetentionPolicy policy() const;

  const RepeaterName repeater_;
  const Parts parts_;
  const PurgeOptions options_;
  std::set<ChunkId> without_local_file_;  ///< loaded chunks whose file this process has removed
  JournalRetirement retirement_;
};

}  // namespace firn
