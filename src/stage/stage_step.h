#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/names.h"
#include "model/stage.h"
#include "model/step.h"
#include "platform/file_system.h"

namespace firn {

/// Puts packed chunks of one repeater on the stage, oldest first, several at the same time: packed -> staged. A chunk
/// whose name is taken by other content goes to quarantine, and the others go on. A damaged file is set aside as
/// `<name>.damaged`, so that pack makes a good one.
class StageStep final : public Step {
 public:
  struct Parts {
    Catalog& catalog;
    Stage& stage;
    FileSystem& files;
    const Clock& clock;
  };
  struct Options {
    std::string chunk_directory;   ///< holds the repeater's files by file_name(key)
    std::size_t side_by_side = 1;  ///< puts at the same time, each in a thread of its own
  };

  StageStep(RepeaterName repeater, const Parts& parts, Options options);

  [[nodiscard]] std::string_view name() const override { return "stage"; }
  StepOutcome run() override;

 private:
  Result<StepOutcome> run_once();
  StepOutcome put_all(std::span<const Chunk> chunks);
  StepOutcome put(const Chunk& chunk);
  StepOutcome set_aside(const Chunk& chunk, const Error& damage);
  /// No packed chunk has a file of its final name.
  StepOutcome wait_for(const Chunk& chunk);

  const RepeaterName repeater_;
  Catalog& catalog_;
  Stage& stage_;
  FileSystem& files_;
  const Clock& clock_;
  const Options options_;
  ChunkId missing_ = 0;  ///< the chunk that was waited for last
  Duration missing_since_{};
};

}  // namespace firn
