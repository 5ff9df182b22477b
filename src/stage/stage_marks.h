#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/mutex.h"
#include "base/result.h"
#include "model/batch.h"
#include "model/chunk.h"
#include "model/names.h"
#include "model/stage.h"
#include "platform/file_system.h"

namespace firn {

/// What Firn leaves on a stage beside the chunks, written once (docs/formats/stage.md): `_firn/owner` says which data
/// directory uses the place, and `_firn/<repeater>/<batch>` that a batch was closed and where. With them, and with the
/// chunks themselves, a data directory that is older than what was staged is recognised. Threads: any.
class StageMarks {
 public:
  /// `instance` names the data directory. `folder` takes files that are about to be put; nobody else uses it.
  StageMarks(Stage& stage, FileSystem& files, std::string folder, std::string instance);

  /// Takes the place for this data directory. kConflict when it belongs to another one.
  Status own();

  /// Whom the place belongs to; nothing when nobody has taken it.
  Result<std::optional<std::string>> owner();

  /// Says that the batch is closed. kConflict when it was closed elsewhere by another data directory's life.
  Status leave(const Batch& batch);

  /// kConflict when the stage knows more than the catalog: a closed batch that comes after those that are closed there,
  /// or a chunk in the open batch that is not among `chunks`. `open` is the repeater's open batch, nothing when it has
  /// none yet; `chunks` are those of that batch.
  Status check(const RepeaterName& repeater, const std::optional<Batch>& open, std::span<const Chunk> chunks);

 private:
  Result<PutOutcome> put(const ObjectKey& key, const std::string& content, ObjectMetadata metadata);
  Status check_chunks(const std::string& prefix, std::span<const Chunk> chunks);

  Stage& stage_;
  FileSystem& files_;
  const std::string folder_;
  const std::string instance_;
  Mutex putting_;  ///< one file in `folder_` at a time: several repeaters may take the place at once
};

}  // namespace firn
