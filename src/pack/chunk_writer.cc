#include "pack/chunk_writer.h"

#include <zstd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/crash_point.h"
#include "base/digest.h"
#include "base/result.h"
#include "platform/file_system.h"

namespace firn {
namespace {

/// Compressed bytes are given to the file in pieces of about this size.
constexpr std::size_t kPiece = 512U << 10U;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

struct ChunkWriter::State {
  std::unique_ptr<File> file;
  std::string path;
  std::unique_ptr<ZSTD_CCtx, FreeContext> context{ZSTD_createCCtx()};
  std::string out;  // room of kPiece and a block; `filled` bytes of it count
  std::size_t filled = 0;
  ChunkFile sums;
  Sha256Hasher content;
  Sha256Hasher compressed;

  Status flush() {
    const std::string_view bytes(out.data(), filled);
    compressed.update(bytes);
    FIRN_TRY(file->append(bytes));
    sums.bytes_compressed += filled;
    filled = 0;
    return {};
  }

  /// Compresses `bytes`, and ends the frame when told so.
  Status compress(std::string_view bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (true) {
      ZSTD_outBuffer target{out.data(), out.size(), filled};
      const std::size_t left = ZSTD_compressStream2(context.get(), &target, &in, directive);
      if (ZSTD_isError(left) != 0U) {
        return fail(Error{ErrorKind::kInternal, "compress", path, ZSTD_getErrorName(left), ""});
      }
      filled = target.pos;
      if (filled >= kPiece) {
        FIRN_TRY(flush());
      }
      const bool finished = directive == ZSTD_e_end ? left == 0 : in.pos == in.size;
      if (finished) {
        return {};
      }
    }
  }
};

ChunkWriter::ChunkWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChunkWriter::~ChunkWriter() = default;
ChunkWriter::ChunkWriter(ChunkWriter&&) noexcept = default;
ChunkWriter& ChunkWriter::operator=(ChunkWriter&&) noexcept = default;

Result<ChunkWriter> ChunkWriter::create(FileSystem& files, const std::string& path, int level) {
  auto state = std::make_unique<State>();
  FIRN_ASSIGN(state->file, files.create_or_truncate(path));
  state->path = path;
  state->out.resize(kPiece + ZSTD_CStreamOutSize());
  ZSTD_CCtx* const context = state->context.get();
  FIRN_CHECK(context != nullptr, "there is memory for a compressor");
  const bool set = ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)) == 0U &&
                   ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)) == 0U;
  FIRN_CHECK(set, "zstd knows its parameters");
  return ChunkWriter(std::move(state));
}

Status ChunkWriter::append(std::string_view row) {
  ChunkFile& sums = state_->sums;
  state_->content.update(row);
  ++sums.rows;
  sums.bytes_uncompressed += row.size();
  sums.bytes_longest_row = std::max<std::uint64_t>(sums.bytes_longest_row, row.size());
  return state_->compress(row, ZSTD_e_continue);
}

std::uint64_t ChunkWriter::rows() const { return state_->sums.rows; }

std::uint64_t ChunkWriter::bytes_compressed() const { return state_->sums.bytes_compressed + state_->filled; }

Result<ChunkFile> ChunkWriter::finish() {
  FIRN_TRY(state_->compress({}, ZSTD_e_end));
  FIRN_TRY(state_->flush());
  crash_point("pack.file_written");
  FIRN_TRY(state_->file->sync());
  crash_point("pack.file_synced");
  state_->sums.content_digest = state_->content.finish();
  state_->sums.file_digest = state_->compressed.finish();
  return state_->sums;
}

}  // namespace firn
