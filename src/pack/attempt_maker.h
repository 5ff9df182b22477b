#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/names.h"
#include "model/stage.h"
#include "pack/chunk_reader.h"
#include "pack/chunk_writer.h"
#include "pack/mend_folder.h"
#include "platform/file_system.h"

namespace firn {

/// Makes files of next attempts: copies of what is on the stage without some rows. Used by one thread.
class AttemptMaker {
 public:
  struct Parts {
    Catalog& catalog;
    Stage& stage;
    FileSystem& files;
    const Clock& clock;
  };
  struct Options {
    RepeaterName repeater;
    std::string data_directory;
    std::uint64_t pack_floor_bytes = 0;  ///< nothing is written when the disk has less room than this
  };

  AttemptMaker(const Parts& parts, Options options);

  /// To be called first in each run: gives the files of decided attempts their names. While one `may_show`, those that
  /// were not decided are kept.
  Status settle(bool may_show);

  /// Asked for each row: true when it is to be left out. Its failure ends the copying.
  using LeavesOut = std::function<Result<bool>(const ChunkReader&)>;
  /// Copies the chunk's rows to a file that waits for offer(). kDamaged or kNotFound: what is on the stage is not the
  /// chunk.
  Result<ChunkFile> copy(const Chunk& chunk, const LeavesOut& leaves_out);

  /// The next attempt with the file that was copied last, under the name that it has until its decision; nothing when
  /// there is no row left.
  Result<std::optional<Chunk>> offer(const Chunk& chunk, const ChunkFile& file, const Batch& batch);
  /// To be called after each attempt, whatever became of it.
  void clean() { folder_.clean(); }

 private:
  Status check_floor();

  const Parts parts_;
  const Options options_;
  MendFolder folder_;
  bool settled_ = false;  ///< no file waits for its last name
};

}  // namespace firn
