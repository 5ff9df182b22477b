#pragma once

#include <string>

#include "base/result.h"
#include "model/names.h"
#include "model/position.h"
#include "model/record.h"
#include "platform/file_system.h"

namespace firn {

// The bytes of quarantined records: `<data directory>/quarantine/<repeater>/<position>` (docs/formats/quarantine.md).

/// The folder of a repeater below the data directory.
std::string quarantine_directory(const std::string& data_directory, const RepeaterName& repeater);

/// Writes and syncs the file, in place of one that is there; the folder must exist, and syncing it is the caller's.
Status write_quarantined(FileSystem& files, const std::string& directory, Position position, const Record& record);

/// Reads it back. kNotFound: there are no bytes (a damaged range, or discarded); kDamaged: not what was written.
Result<Record> read_quarantined(FileSystem& files, const std::string& data_directory, const RepeaterName& repeater,
                                Position position);

}  // namespace firn
