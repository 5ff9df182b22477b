#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "platform/file_system.h"

namespace firn {

/// A field of a row; nothing is NULL: an empty one without quotes.
using RowField = std::optional<std::string>;

/// The fields of one row with its line end; nothing when it is not in the dialect of docs/formats/csv.md.
std::optional<std::vector<RowField>> parse_row(std::string_view row);

/// Reads a chunk file row by row. Holds one row and one block. Used by one thread; after an error it is spent.
class ChunkReader {
 public:
  /// `longest_row` is what the manifest says: a longer one is damage.
  static Result<ChunkReader> open(FileSystem& files, const std::string& path, std::uint64_t longest_row);

  ~ChunkReader();
  ChunkReader(ChunkReader&&) noexcept;
  ChunkReader& operator=(ChunkReader&&) noexcept;

  /// Goes on to the next row; false at the end of the file. kDamaged: the file is no whole chunk file.
  Result<bool> next();

  /// The row with its line end; lives until the next call.
  [[nodiscard]] std::string_view row() const;
  /// True when the line of the file, counted from 1, is one of those that the row takes up: texts may hold line ends.
  [[nodiscard]] bool has_line(std::uint64_t line) const;

 private:
  struct State;
  explicit ChunkReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace firn
