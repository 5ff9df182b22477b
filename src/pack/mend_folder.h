#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/catalog.h"
#include "model/names.h"
#include "platform/file_system.h"

namespace firn {

/// What the file of a next attempt is called, beside its name, between its completion and its decision.
inline constexpr std::string_view kMended = ".mended";

/// The names that a chunk's next attempt has in the repeater's chunk folder (ChunkFolder), where pack works at the same
/// time:
///
///     mend.object              a copy of the attempt before
///     mend.open                while rows are written
///     <file_name(key)>.mended  complete and synced, its directory entry too; not decided, or just was
///     <file_name(key)>         its chunk is decided
///
/// The third one is that of a packed chunk when it was decided, and whoever comes first gives it its last name. Until
/// the chunk before it is no longer to be mended, it stays: a commit that failed may show after the next crash.
class MendFolder {
 public:
  MendFolder(FileSystem& files, const std::string& data_directory, RepeaterName repeater);

  [[nodiscard]] std::string object_path() const;
  [[nodiscard]] std::string open_path() const;
  Status create();

  /// Gives the synced `mend.open` its next name, durably. To be called before the attempt is decided.
  Status offer(const ObjectKey& key);
  /// Removes the files that are of no use beyond one run. What stays is overwritten by the next one.
  void clean();
  /// Gives the files of decided attempts their last name. Removes the others unless one `may_show`.
  Status settle(Catalog& catalog, bool may_show);

 private:
  Result<bool> is_packed(Catalog& catalog, std::string_view name);

  FileSystem& files_;
  const RepeaterName repeater_;
  const std::string directory_;
};

}  // namespace firn
