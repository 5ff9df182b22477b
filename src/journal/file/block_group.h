#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "journal/file/format.h"
#include "model/position.h"
#include "model/record.h"

namespace firn {

/// A block as it was read, to be written again.
struct Block {
  BlockHeader header;
  std::string payload;
};

/// Makes the blocks that one append writes and one sync makes durable. Buffers and the compressor are kept from one
/// group to the next. Single-threaded.
class BlockGroup {
 public:
  explicit BlockGroup(int compression_level);
  ~BlockGroup();
  BlockGroup(const BlockGroup&) = delete;
  BlockGroup& operator=(const BlockGroup&) = delete;

  void clear();
  /// Adds the records, in blocks of at most 8 MB before compression unless one record is longer. kInvalidInput when
  /// one is longer than a block may be; then the group is empty.
  Status add(std::span<const Record> records, Position first);
  /// Adds a block that exists already; only what binds it to its place is made anew.
  void add(const BlockHeader& header, std::string_view payload);
  void add_hole(const PositionRange& range, std::string_view where);

  /// Binds the blocks to their place: segment `id`, from byte `start` on, behind the header with CRC `previous_crc`.
  /// Returns the CRC of the last header. May be called again for another place.
  std::uint32_t seal(std::uint64_t id, std::uint64_t start, std::uint32_t previous_crc);

  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  struct Placed {
    std::size_t offset = 0;
    BlockHeader header;
  };
  struct Compressor;

  void add_raw(Position first, std::uint64_t count);

  const int level_;
  std::unique_ptr<Compressor> compressor_;
  std::string raw_;
  std::string bytes_;
  std::vector<Placed> blocks_;
};

}  // namespace firn
