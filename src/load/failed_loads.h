#pragma once

#include <map>
#include <optional>
#include <vector>

#include "model/chunk.h"
#include "model/names.h"

namespace firn {

/// Which file of a batch ends the program that loads it: what LoadStep remembers of runs that died. Nothing of it is
/// kept over a restart, which only means that it is found out again.
class FailedLoads {
 public:
  /// So many runs with several files may die before the batch is loaded one file at a time.
  static constexpr unsigned kTogether = 3;
  /// So many times a file may end a run in which it was alone before it is held.
  static constexpr unsigned kAlone = 5;

  /// A run died that had these chunks still to do.
  void count(BatchId batch, const std::vector<Chunk>& undone);
  /// The destination has loaded a file.
  void something_was_loaded() { held_.reset(); }

  /// What the next request of the batch asks for: all of `chunks`, or only the one that has failed least often.
  [[nodiscard]] std::vector<Chunk> to_ask_for(BatchId batch, const std::vector<Chunk>& chunks) const;

  /// True when the chunk should be held, so that the others go on. After one was held, no other one is until something
  /// was loaded: a machine on which nothing can be loaded is no fault of the files.
  bool hold(BatchId batch, const Chunk& chunk);

 private:
  [[nodiscard]] unsigned alone(BatchId batch, ChunkId chunk) const;

  BatchId batch_ = 0;  ///< the rest is about this one
  unsigned together_ = 0;
  std::map<ChunkId, unsigned> alone_;
  std::optional<ChunkId> held_;  ///< the last one, while nothing was loaded since
};

}  // namespace firn
