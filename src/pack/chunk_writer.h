#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"
#include "platform/file_system.h"

namespace firn {

/// What a finished chunk file holds.
struct ChunkFile {
  std::uint64_t rows = 0;
  std::uint64_t bytes_uncompressed = 0;
  std::uint64_t bytes_compressed = 0;
  std::uint64_t bytes_longest_row = 0;
  Sha256 content_digest{};  ///< of the uncompressed rows
  Sha256 file_digest{};     ///< of the file's bytes
};

/// How hard chunk files are compressed (docs/decisions/0003-chunk-compression.md).
inline constexpr int kChunkCompressionLevel = 1;

/// Writes rows into a zstd file (RFC 8878, one frame, with checksum). Used by one thread. After any error the writer is
/// spent and the file is to be thrown away.
class ChunkWriter {
 public:
  /// Makes an empty file at `path`, in place of one that is there.
  static Result<ChunkWriter> create(FileSystem& files, const std::string& path, int level = kChunkCompressionLevel);

  ~ChunkWriter();
  ChunkWriter(ChunkWriter&&) noexcept;
  ChunkWriter& operator=(ChunkWriter&&) noexcept;

  /// Appends one row, a whole CSV line.
  Status append(std::string_view row);

  [[nodiscard]] std::uint64_t rows() const;
  /// The size that the file would have now, exact to about a hundred kilobytes.
  [[nodiscard]] std::uint64_t bytes_compressed() const;

  /// Ends the frame and syncs the file; the directory is the caller's.
  Result<ChunkFile> finish();

 private:
  struct State;
  explicit ChunkWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace firn
