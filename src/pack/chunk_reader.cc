#include "pack/chunk_reader.h"

#include <zstd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/result.h"
#include "pack/csv.h"
#include "platform/file_system.h"

namespace firn {
namespace {

constexpr std::size_t kPiece = 256U << 10U;

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// Takes a text in quotes off the front; nothing when it has no end.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string text;
  for (std::size_t at = 1; at < rest.size(); ++at) {
    if (rest[at] == '"') {
      if (at + 1 >= rest.size() || rest[at + 1] != '"') {
        rest.remove_prefix(at + 1);
        return text;
      }
      ++at;
    }
    text.push_back(rest[at]);
  }
  return std::nullopt;
}

RowField take_plain(std::string_view& rest) {
  const std::string_view text = rest.substr(0, rest.find_first_of(",\n"));
  rest.remove_prefix(text.size());
  return text.empty() ? RowField() : RowField(text);
}

}  // namespace

std::optional<std::vector<RowField>> parse_row(std::string_view row) {
  std::vector<RowField> fields;
  bool more = true;
  while (more) {
    if (row.starts_with('"')) {
      auto text = take_quoted(row);
      if (!text) {
        return std::nullopt;
      }
      fields.emplace_back(std::move(*text));
    } else {
      fields.push_back(take_plain(row));
    }
    if (row.empty() || (row.front() != kCsvSeparator && row.front() != kCsvLineEnd)) {
      return std::nullopt;
    }
    more = row.front() == kCsvSeparator;
    row.remove_prefix(1);
  }
  return row.empty() ? std::optional(std::move(fields)) : std::nullopt;
}

struct ChunkReader::State {
  std::unique_ptr<File> file;
  std::string path;
  std::uint64_t longest_row = 0;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context{ZSTD_createDCtx()};
  std::string packed;  // compressed bytes, of which those before `taken` are done
  std::size_t taken = 0;
  std::uint64_t offset = 0;    // of the file: what was read
  std::size_t unfinished = 1;  // zstd's word: 0 when a frame is over
  std::string rows;            // those before `begin` are done
  std::size_t begin = 0;
  std::size_t end = 0;  // of the present row
  std::uint64_t first_line = 0;
  std::uint64_t next_line = 1;

  [[nodiscard]] std::unexpected<Error> damaged(std::string reason) const {
    return fail(Error{ErrorKind::kDamaged, "read chunk", path, std::move(reason), {}});
  }

  /// Adds the next piece to `rows`; false at the end of the file.
  Result<bool> refill() {
    rows.erase(0, begin);
    begin = 0;
    const std::size_t had = rows.size();
    while (rows.size() == had) {
      if (taken == packed.size()) {
        FIRN_ASSIGN(packed, file->read_at(offset, kPiece));
        offset += packed.size();
        taken = 0;
      }
      if (packed.empty()) {
        return unfinished == 0 ? Result<bool>(false) : damaged("it ends too early");
      }
      FIRN_TRY(decompress());
    }
    return true;
  }

  Status decompress() {
    const std::size_t had = rows.size();
    rows.resize(had + ZSTD_DStreamOutSize());
    ZSTD_outBuffer out{rows.data(), rows.size(), had};
    ZSTD_inBuffer in{packed.data(), packed.size(), taken};
    unfinished = ZSTD_decompressStream(context.get(), &out, &in);
    rows.resize(out.pos);
    taken = in.pos;
    return ZSTD_isError(unfinished) == 0U ? Status() : damaged(ZSTD_getErrorName(unfinished));
  }
};

ChunkReader::ChunkReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChunkReader::~ChunkReader() = default;
ChunkReader::ChunkReader(ChunkReader&&) noexcept = default;
ChunkReader& ChunkReader::operator=(ChunkReader&&) noexcept = default;

Result<ChunkReader> ChunkReader::open(FileSystem& files, const std::string& path, std::uint64_t longest_row) {
  auto state = std::make_unique<State>();
  FIRN_ASSIGN(state->file, files.open(path));
  state->path = path;
  state->longest_row = longest_row;
  FIRN_CHECK(state->context != nullptr, "there is memory for a decompressor");
  return ChunkReader(std::move(state));
}

Result<bool> ChunkReader::next() {
  State& at = *state_;
  at.begin = at.end;
  at.first_line = at.next_line;
  bool quoted = false;
  for (std::size_t seen = 0;;) {
    const std::size_t found = at.rows.find_first_of("\"\n", at.begin + seen);
    if (found == std::string::npos) {
      seen = at.rows.size() - at.begin;
      if (seen > at.longest_row) {
        return at.damaged("a row is longer than the manifest says");
      }
      FIRN_ASSIGN(const bool more, at.refill());
      if (!more) {
        at.end = at.begin;
        return seen == 0 ? Result<bool>(false) : at.damaged("its last row has no end");
      }
      continue;
    }
    seen = found + 1 - at.begin;
    const bool line_end = at.rows[found] == kCsvLineEnd;
    at.next_line += line_end ? 1U : 0U;
    quoted = line_end ? quoted : !quoted;
    if (line_end && !quoted) {
      at.end = found + 1;
      return true;
    }
  }
}

std::string_view ChunkReader::row() const {
  return std::string_view(state_->rows).substr(state_->begin, state_->end - state_->begin);
}

bool ChunkReader::has_line(std::uint64_t line) const { return state_->first_line <= line && line < state_->next_line; }

}  // namespace firn
