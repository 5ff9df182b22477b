#include "pack/chunk_remaker.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/crash_point.h"
#include "model/position.h"
#include "model/record.h"
#include "pack/chunk_writer.h"

namespace firn {
namespace {

bool is_row(const StoredRecord& stored, std::span<const VersionEntry> entries) {
  return std::ranges::find(entries, stored.position, &VersionEntry::position) != entries.end();
}

/// Appends the rows among these records.
Status append_rows(const ChunkRemake& with, std::span<const StoredRecord> records, ChunkWriter& writer) {
  const auto prepared = with.preparer.prepare(records);
  std::vector<DocumentKey> documents;
  documents.reserve(prepared.size());
  std::ranges::transform(prepared, std::back_inserter(documents), &PreparedRecord::document);
  FIRN_ASSIGN(const auto known, with.catalog.versions(with.repeater, documents));
  for (std::size_t i = 0; i < prepared.size(); ++i) {
    if (!prepared[i].stored->lost && !prepared[i].rejection && is_row(*prepared[i].stored, known[i])) {
      FIRN_TRY(writer.append(with.preparer.line(prepared[i])));
    }
  }
  return {};
}

Result<ChunkFile> write_again(const ChunkRemake& with, const PositionRange& range) {
  FIRN_ASSIGN(auto writer, ChunkWriter::create(with.files, with.folder.open_path()));
  std::optional<Position> next = range.first;
  while (next && *next <= range.last) {
    FIRN_ASSIGN(const auto records, with.journal.read(*next, with.read_bytes));
    const auto end = std::ranges::find_if(records, [&](const auto& each) { return each.position > range.last; });
    FIRN_TRY(append_rows(with, {records.begin(), end}, writer));
    const bool more = end == records.end() && !records.empty();
    next.reset();
    if (more) {
      next = records.back().lost ? records.back().lost->last.plus(1) : records.back().position.plus(1);
    }
  }
  return writer.finish();
}

Error not_the_same(const Chunk& chunk, const ChunkFile& file) {
  const bool same_rows = file.rows == chunk.rows && file.content_digest == chunk.content_digest;
  return {ErrorKind::kDamaged, "pack again", chunk.key.str(),
          same_rows ? "the rows are the same, but they are compressed to another file"
                    : "its file is gone, and the journal makes other rows of its records now",
          same_rows ? "start the firn that packed it, or bring the file back"
                    : "were the repeater's privacy rules or its kind changed? set them back and start firn again; else "
                      "bring the file back"};
}

}  // namespace

Status remake_chunk(const ChunkRemake& with, const Chunk& chunk) {
  const auto file = write_again(with, chunk.range);
  if (file && file->rows == chunk.rows && file->file_digest == chunk.file_digest) {
    crash_point("pack.before_remade");
    return with.folder.offer(chunk.key);
  }
  // If it stays, it is overwritten by the next one.
  static_cast<void>(with.files.remove(with.folder.open_path()));
  return fail(file ? not_the_same(chunk, *file) : Error(file.error()));
}

}  // namespace firn
