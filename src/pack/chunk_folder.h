#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/names.h"
#include "model/position.h"
#include "platform/file_system.h"

namespace firn {

/// The local files of a repeater's chunks, in `<data directory>/chunks/<repeater>/`. A file has three names in turn:
///
///     open.tmp              while rows are written
///     <file_name(key)>.tmp  complete and synced, its directory entry too; its chunk is not decided, or just was
///     <file_name(key)>      its chunk is decided
///
/// What a crash leaves, and what settle() makes of it at the next start:
///   before the second name is durable: open.tmp, or a .tmp of no chunk; thrown away, the range is packed again;
///   between it and the decision: a .tmp of no chunk; thrown away, the range is packed again;
///   after the decision, before the third name is durable: the .tmp of a packed chunk; gets its name now.
/// A commit that failed may show after the next crash all the same, until a later commit supersedes what it has
/// written. So a file that was offered stays while its decision is in doubt, and a packed chunk has its file under the
/// second or third name, unless somebody has removed it. One that was found damaged has the name
/// <file_name(key)>.damaged until there is a good one. Files of next attempts come by other names (MendFolder).
class ChunkFolder {
 public:
  ChunkFolder(FileSystem& files, const std::string& data_directory, const RepeaterName& repeater);

  [[nodiscard]] std::string open_path() const;
  Status create();

  /// Gives the synced `open.tmp` its second name, durably. To be called before the chunk is decided.
  Status offer(const ObjectKey& key);
  /// The catalog has kept a decision since the last offer: the others can not show any more.
  void end_doubt() { in_doubt_.clear(); }

  /// Gives every packed chunk's file its name and removes the other temporaries but those in doubt. No file may be open
  /// for writing. Returns the packed chunks that have no file.
  Result<std::vector<Chunk>> settle(Catalog& catalog);

  /// How many chunks wait here to be staged, and how many of these lack their file's name.
  struct Waiting {
    std::size_t packed = 0;
    std::size_t without_file = 0;
  };
  Result<Waiting> waiting(Catalog& catalog);

 private:
  /// False when there is no file.
  Result<bool> give_name(Catalog& catalog, const Chunk& chunk);
  Status clean(const std::vector<Chunk>& missing);
  Result<std::vector<Chunk>> packed(Catalog& catalog);

  FileSystem& files_;
  std::string directory_;
  RepeaterName repeater_;
  std::set<std::string> in_doubt_;  ///< second names
};

}  // namespace firn
