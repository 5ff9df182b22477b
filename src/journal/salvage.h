#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/names.h"
#include "model/position.h"
#include "platform/file_system.h"

namespace firn {

struct SalvageOptions {
  std::string directory;  ///< of the journal
  RepeaterName repeater;
  /// The catalog's cursor: a journal that ends before it is made to end there.
  std::optional<Position> at_least = std::nullopt;
};

/// What was given up at one place.
struct SalvagedDamage {
  std::string file;  ///< name of the segment
  std::uint64_t from_byte = 0;
  std::uint64_t to_byte = 0;          ///< the byte behind the last
  std::optional<PositionRange> lost;  ///< nothing when no record is lost
  std::string reason;
  std::string saved_as;  ///< path of the file that holds the bytes; empty when there were none
};

/// Makes a damaged journal readable again. Every record that can be read keeps its position; each range that cannot
/// becomes a hole, which read() gives as one entry with `lost` set. The damaged bytes are kept in
/// `<directory>/damaged/`. Only damaged segments are written anew, each replaced at once by its mended file, so that it
/// can be repeated after a crash. The journal must not be open. Empty when nothing was wrong.
Result<std::vector<SalvagedDamage>> salvage_journal(FileSystem& files, const SalvageOptions& options);

}  // namespace firn
