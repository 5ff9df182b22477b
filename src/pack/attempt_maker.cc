#include "pack/attempt_maker.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"

namespace firn {

AttemptMaker::AttemptMaker(const Parts& parts, Options options)
    : parts_(parts), options_(std::move(options)), folder_(parts_.files, options_.data_directory, options_.repeater) {}

Status AttemptMaker::settle(bool may_show) {
  if (!settled_) {
    FIRN_TRY(folder_.create());
    folder_.clean();
    FIRN_TRY(folder_.settle(parts_.catalog, may_show));
  }
  settled_ = !may_show;
  return {};
}

Status AttemptMaker::check_floor() {
  FIRN_ASSIGN(const std::uint64_t room, parts_.files.free_bytes(options_.data_directory));
  if (room >= options_.pack_floor_bytes) {
    return {};
  }
  return fail(Error{ErrorKind::kNoSpace, "mend", options_.repeater.str(),
                    "the disk has less free space than the floor for packing",
                    "free some space; the file is mended then by itself"});
}

Result<ChunkFile> AttemptMaker::copy(const Chunk& chunk, const LeavesOut& leaves_out) {
  FIRN_TRY(check_floor());
  FIRN_TRY(parts_.stage.fetch(chunk.key, folder_.object_path()));
  FIRN_ASSIGN(auto reader, ChunkReader::open(parts_.files, folder_.object_path(), chunk.bytes_longest_row));
  FIRN_ASSIGN(auto writer, ChunkWriter::create(parts_.files, folder_.open_path()));
  for (std::uint64_t rows = 0;; ++rows) {
    FIRN_ASSIGN(const bool more, reader.next());
    if (!more && rows != chunk.rows) {
      return fail(Error{ErrorKind::kDamaged,
                        "mend",
                        chunk.key.str(),
                        fmt::format("it has {} rows, its manifest {}", rows, chunk.rows),
                        {}});
    }
    if (!more) {
      return writer.finish();
    }
    FIRN_ASSIGN(const bool left_out, leaves_out(reader));
    if (!left_out) {
      FIRN_TRY(writer.append(reader.row()));
    }
  }
}

Result<std::optional<Chunk>> AttemptMaker::offer(const Chunk& chunk, const ChunkFile& file, const Batch& batch) {
  if (file.rows == 0) {
    return std::nullopt;
  }
  Chunk next = chunk;
  next.batch = batch.id;
  next.attempt = chunk.attempt + 1;
  next.rows = file.rows;
  next.bytes_uncompressed = file.bytes_uncompressed;
  next.bytes_compressed = file.bytes_compressed;
  next.bytes_longest_row = file.bytes_longest_row;
  next.content_digest = file.content_digest;
  next.file_digest = file.file_digest;
  next.packed_at = parts_.clock.now();
  next.key = chunk_key(next, batch.directory());
  FIRN_TRY(folder_.offer(next.key));
  return next;
}

}  // namespace firn
