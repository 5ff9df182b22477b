#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "journal/file/format.h"
#include "model/position.h"
#include "model/record.h"

namespace firn {

/// Takes the records out of one block's payload after another. The buffer and the decompressor are kept.
/// Single-threaded.
class RecordBlock {
 public:
  RecordBlock();
  ~RecordBlock();
  RecordBlock(RecordBlock&&) noexcept;
  RecordBlock& operator=(RecordBlock&&) noexcept;

  /// Unpacks a payload whose checksum was right. kDamaged when it does not unpack to what the header says.
  Status load(const BlockHeader& header, std::string_view payload);

  /// True when every record has been taken.
  [[nodiscard]] bool done() const { return left_ == 0; }
  [[nodiscard]] Position position() const { return position_; }
  void clear() { left_ = 0; }
  /// The next record. kDamaged when the bytes are not a record, or bytes are left after the last one.
  Result<StoredRecord> next();

 private:
  struct Decompressor;

  std::unique_ptr<Decompressor> decompressor_;
  std::string raw_;
  std::size_t used_ = 0;
  Position position_;
  std::uint64_t left_ = 0;
};

}  // namespace firn
