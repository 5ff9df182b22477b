#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "base/time.h"
#include "model/batch.h"
#include "model/position.h"
#include "model/quarantine.h"
#include "model/transition.h"
#include "pack/chunk_folder.h"
#include "pack/chunk_writer.h"
#include "platform/file_system.h"

namespace firn {

/// One row to be: what its version entry says, and its line.
struct OpenRow {
  VersionEntry entry;  ///< without `row`
  std::string_view domain;
  std::string_view line;
  std::optional<Position> replaces;
};

/// The range between the cursor and what has been read: rows in the open file, and all else that its decision will
/// say. In memory only; a restart begins anew at the cursor. Used by one thread.
class OpenChunk {
 public:
  OpenChunk(FileSystem& files, ChunkFolder& folder) : files_(files), folder_(folder) {}

  /// Forgets everything and begins at the cursor; the open file is given up.
  void restart(Position cursor);

  [[nodiscard]] Position cursor() const { return cursor_; }
  [[nodiscard]] Position next() const { return next_; }
  /// True when the range has begun.
  [[nodiscard]] bool touched() const { return next_ != cursor_; }
  /// False when the position is of another generation than the range: a chunk holds one.
  [[nodiscard]] bool accepts(Position position) const;
  [[nodiscard]] const PackCounts& counts() const { return counts_; }
  [[nodiscard]] std::optional<Timestamp> oldest() const { return oldest_; }
  [[nodiscard]] std::uint64_t bytes_compressed() const { return writer_ ? writer_->bytes_compressed() : 0; }

  /// The document's entries in this range, in order of position.
  [[nodiscard]] std::vector<VersionEntry> versions(const DocumentKey& document) const;
  [[nodiscard]] bool is_replaced(Position position) const { return replaced_.contains(position); }

  /// Counts a record as read; then one of those below says what became of it.
  void take(Position position, Timestamp received_at, std::uint64_t bytes);
  /// After an error only restart() may follow.
  Status add_row(const OpenRow& row);
  /// `replaces`, here and below: the place in quarantine that it takes.
  void add_duplicate(bool conflict, std::optional<Position> replaces = std::nullopt);
  void add_quarantined(QuarantinedRecord record);
  void add_request(FetchRequest request, std::optional<Position> replaces);
  /// Positions that the journal does not have any more; no take() before.
  void add_lost(QuarantinedRecord range);
  /// Moves on over positions that were never given out.
  void skip_to(Position next) { next_ = next; }

  /// Completes the file and gives it its second name; then the decision about the range. After this only restart() may
  /// follow, whatever the outcome is.
  Result<DecideRange> seal(const Batch& batch, const std::string& definition, Timestamp now);

 private:
  void extend(Position first, Position last, Timestamp received_at);
  Result<Chunk> finish(const Batch& batch, const std::string& definition, Timestamp now);

  FileSystem& files_;
  ChunkFolder& folder_;
  Position cursor_;
  Position next_;
  std::optional<PositionRange> range_;
  std::optional<Timestamp> oldest_;
  std::optional<ChunkWriter> writer_;
  PackCounts counts_;
  std::vector<VersionEntry> versions_;
  std::vector<std::uint32_t> older_;  ///< for each entry the one before it of the same document, plus 1; 0: none
  std::unordered_map<DocumentKey, std::uint32_t, Digest128Hash> newest_;  ///< index into versions_, plus 1
  std::vector<QuarantinedRecord> quarantined_;
  std::vector<FetchRequest> requests_;
  std::set<Position> replaced_;
  std::set<std::string, std::less<>> domains_;
};

}  // namespace firn
