#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/position.h"
#include "platform/file_system.h"

namespace firn {

struct InspectedSegment {
  std::string file;  ///< name within the folder
  std::uint64_t number = 0;
  Position first;                ///< of its first record
  Position next;                 ///< behind its last record
  std::uint64_t file_bytes = 0;  ///< 0 when the file is missing
  std::uint64_t data_bytes = 0;  ///< up to the end of the last block that is data
  std::uint64_t blocks = 0;
  std::uint64_t records = 0;
  std::uint64_t record_bytes = 0;   ///< before compression
  std::uint64_t payload_bytes = 0;  ///< of the blocks, as they lie in the file
};

/// A place where stored bytes are not what was written.
struct JournalDamage {
  std::string file;
  std::uint64_t from_byte = 0;
  std::uint64_t to_byte = 0;          ///< the byte behind the last
  std::optional<PositionRange> lost;  ///< nothing when no record is lost
  std::string reason;
};

/// Everything that a journal's folder says of itself.
struct JournalInspection {
  std::vector<InspectedSegment> segments;  ///< oldest first; missing ones too
  std::vector<JournalDamage> damage;       ///< in order of positions
  std::vector<PositionRange> holes;        ///< given up by an earlier salvage
  std::vector<std::string> unused_files;   ///< left over; removed when the journal is next opened
  std::uint64_t torn_bytes = 0;            ///< behind the end: a write that was cut short, never acknowledged
  Position begin;
  Position end;
  std::uint64_t records = 0;
  std::uint64_t file_bytes = 0;
};

/// Reads a journal's folder, all of it, and changes nothing. No daemon is needed; when one is writing at the same time,
/// its last append may show as torn bytes. Damage is not an error here. kNotFound: there is no journal.
Result<JournalInspection> inspect_journal(FileSystem& files, const std::string& directory);

}  // namespace firn
