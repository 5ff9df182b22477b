#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/position.h"
#include "model/record.h"

namespace firn {

/// The durable log of one repeater. One thread appends; any threads may read, retire and ask at the same time.
class Journal {
 public:
  virtual ~Journal() = default;

  /// Writes the records, in order, and returns their positions once all of them are durable: on disk and synced, or
  /// acknowledged by the replicated log. On failure none of them is read, nor their positions taken, by this object;
  /// should the process die before reopen(), they may come back when the journal is opened again.
  /// kNoSpace: the quota or the disk is full; when it was the quota, nothing was written and later appends may succeed.
  /// kPoisoned: a write or sync failed, now or before; every append fails until reopen() succeeds.
  /// kInvalidInput: a record is longer than a log entry may be; nothing was written.
  virtual Result<std::vector<Position>> append(std::span<const Record> records) = 0;

  /// After kPoisoned, or kNoSpace of a full disk: starts a new segment behind the last durable record; may fail, and be
  /// called again. Does nothing when appends can go on. Called by the appending thread.
  virtual Status reopen() = 0;

  /// Durable records from `from` on (or from the first kept one behind it), in order, of the partition that `from`
  /// names: at least one when there is any, then as long as the bodies' sum stays within `max_bytes` and the generation
  /// is the same. Empty at the end. A range that salvage gave up comes as one entry with `lost` set.
  /// kDamaged: stored bytes are not what was written; the message names file, byte and the positions lost.
  virtual Result<std::vector<StoredRecord>> read(Position from, std::size_t max_bytes) = 0;

  /// The first position still kept, and the one that the next record will get, in the given partition.
  [[nodiscard]] virtual Position begin(std::uint64_t partition) const = 0;
  [[nodiscard]] virtual Position end(std::uint64_t partition) const = 0;

  /// Says that nothing before `up_to` will be read again; space is given back as whole segments become unused.
  virtual Status retire(Position up_to) = 0;

  /// Bytes on disk now; 0 for a log that is kept elsewhere.
  [[nodiscard]] virtual std::uint64_t disk_bytes() const = 0;
};

}  // namespace firn
