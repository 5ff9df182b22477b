#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "base/time.h"
#include "model/batch.h"
#include "model/chunk.h"
#include "model/fetch_request.h"
#include "model/load_report.h"
#include "model/names.h"
#include "model/position.h"
#include "model/quarantine.h"
#include "model/usage.h"

namespace firn {

/// Names a document within a repeater: the first 128 bits of SHA-256 over its domain and id, each with its length.
using DocumentKey = Digest128;
DocumentKey document_key(const std::string& domain, const std::string& id);

/// One row made of a document (design section 6, Duplicates). Kept for ever.
struct VersionEntry {
  DocumentKey document;
  Position position;
  std::optional<Timestamp> version;  ///< `server_modified_on`; nothing when the document has none
  Digest128 digest;                  ///< of the content, without what changes at each sending
  std::uint64_t row = 0;             ///< counts from 1 within its chunk
  Timestamp received_at;
};

/// Counts of one pack decision, added to the repeater's totals.
struct PackCounts {
  std::uint64_t records = 0;  ///< decided
  std::uint64_t rows = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;  ///< duplicates whose content differed from the first of the same version
  std::uint64_t quarantined = 0;
  std::uint64_t bytes_received = 0;  ///< bodies
  std::uint64_t requests = 0;        ///< requests to fetch a document
  PackCounts& operator+=(const PackCounts& other);
  auto operator<=>(const PackCounts&) const = default;
};

/// Gives a repeater its first batch. Applies only when it has none.
struct OpenFirstBatch {
  RepeaterName repeater;
  std::string period;
  Timestamp at;
};

/// A trigger: the open batch gets its cut and is closing; the next one opens.
struct CutBatch {
  RepeaterName repeater;
  BatchId batch = 0;
  Position cut;
  TriggerCause cause = TriggerCause::kOperator;
  std::string next_period;
  Timestamp at;
};

/// Decides a range of the journal, once (design section 6, Deciding). Applies only when the cursor is `from`.
struct DecideRange {
  RepeaterName repeater;
  Position from;               ///< the cursor before
  Position next;               ///< the cursor after
  std::optional<Chunk> chunk;  ///< none when the range has no row; its id is given by the catalog
  std::vector<VersionEntry> versions;
  std::vector<QuarantinedRecord> quarantined;
  std::vector<FetchRequest> requests;  ///< those whose document is asked for already count as duplicates
  std::vector<Position> replaced;      ///< positions that rows or requests of this range have taken the place of
  std::vector<std::string> domains;    ///< of rows and requests; kept so that a document can be found by its id alone
  PackCounts counts;
};

/// Moves a chunk on. Applies only when it is in `from` and can_move(from, to).
struct MoveChunk {
  ChunkId chunk = 0;
  ChunkState from = ChunkState::kPacked;
  ChunkState to = ChunkState::kStaged;
  Timestamp at;
  std::string reason;  ///< for kQuarantined
};

/// Records what the destination said of a submitted chunk.
struct ReportChunk {
  ChunkId chunk = 0;
  FileReport report;
};

/// Moves a batch on. Applies only when it is in `from` and can_move(from, to).
struct MoveBatch {
  BatchId batch = 0;
  BatchState from = BatchState::kClosing;
  BatchState to = BatchState::kSubmitted;
  Timestamp at;
  std::string request_id;  ///< for kSubmitted
};

/// Records the destination's handle of a submitted batch.
struct SetHandle {
  BatchId batch = 0;
  std::string handle;
};

/// Puts a quarantined chunk of which it is known that no row was loaded back into the staged ones, or the packed ones
/// when it was never staged, in the repeater's open batch.
struct ReturnChunk {
  ChunkId chunk = 0;
  Timestamp at;
};

/// One row less in the next attempt of a chunk. The record says where it is from and why.
struct DroppedRow {
  DocumentKey document;
  QuarantinedRecord record;
};

/// Makes the next attempt of a chunk, which becomes kReplaced. Of a submitted one that failed without a row: without
/// the rows that the destination has refused; their version entries go, their records are in quarantine. Of a
/// quarantined one that was submitted: without the rows that have arrived, in the repeater's open batch.
struct ReplaceChunk {
  ChunkId chunk = 0;
  Timestamp at;
  std::optional<Chunk> next;  ///< none when no row is left; its id is given by the catalog
  std::vector<DroppedRow> dropped;
  std::uint64_t arrived = 0;  ///< rows that are in the table
};

/// A person's word about a quarantined record.
struct SettleQuarantined {
  RepeaterName repeater;
  Position position;
  QuarantineState to = QuarantineState::kRetried;
  std::optional<Position> replaced_by;
};

/// Adds to what a repeater has used on a day. In the commit of what used it, it counts once.
struct AddUsage {
  RepeaterName repeater;
  std::string day;  ///< in UTC: `2026-11-26`
  std::vector<UsageAmount> amounts;
};

/// Everything that changes the catalog. A transition that does not apply fails the whole commit with kConflict.
using Transition = std::variant<OpenFirstBatch, CutBatch, DecideRange, MoveChunk, ReportChunk, MoveBatch, SetHandle,
                                ReturnChunk, ReplaceChunk, SettleQuarantined, AddUsage>;

}  // namespace firn
