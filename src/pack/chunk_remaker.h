#pragma once

#include <cstddef>

#include "base/result.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/journal.h"
#include "model/names.h"
#include "pack/chunk_folder.h"
#include "pack/prepared_records.h"
#include "platform/file_system.h"

namespace firn {

/// What a chunk is made again with.
struct ChunkRemake {
  Journal& journal;
  Catalog& catalog;
  FileSystem& files;
  ChunkFolder& folder;
  RecordPreparer& preparer;
  const RepeaterName& repeater;
  std::size_t read_bytes;  ///< bodies held at a time
};

/// Makes the lost file of a packed chunk again, from the same records and by the same decisions: a record is a row when
/// the catalog has its version at its position. No file may be open for writing. On success the file has its second
/// name, durably, and the next ChunkFolder::settle() gives it the third.
/// kDamaged: the rows are not those that were decided, or the file is another; nothing is left then.
Status remake_chunk(const ChunkRemake& with, const Chunk& chunk);

}  // namespace firn
