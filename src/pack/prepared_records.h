#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "model/privacy.h"
#include "model/record.h"
#include "model/table.h"
#include "model/transition.h"
#include "pack/document_reader.h"
#include "pack/duplicates.h"

namespace firn {

/// A record that was read and checked, but not yet decided.
struct PreparedRecord {
  const StoredRecord* stored = nullptr;
  std::optional<Rejection> rejection;  ///< the rest counts only without it, and without `stored->lost`
  DocumentKey document;
  VersionClaim claim;
  std::string domain;
  std::string document_id;
  Timestamp received_on;
  std::size_t line_begin = 0;
  std::size_t line_end = 0;
};

/// Turns records into lines of a chunk file, many at a time. Used by one thread; keeps its buffers.
class RecordPreparer {
 public:
  RecordPreparer(Kind kind, std::uint64_t max_row_bytes, const PrivacyPolicy& privacy = {})
      : max_row_bytes_(max_row_bytes), reader_(kind, privacy) {}

  /// Parallel to `records`, which must outlive the result. The result lives until the next call.
  std::span<PreparedRecord> prepare(std::span<const StoredRecord> records);

  /// The line of a record without rejection; empty for kinds that make no rows.
  [[nodiscard]] std::string_view line(const PreparedRecord& prepared) const;

 private:
  void prepare_one(PreparedRecord& prepared);

  std::uint64_t max_row_bytes_;
  DocumentReader reader_;
  std::vector<PreparedRecord> prepared_;
  std::string lines_;
};

}  // namespace firn
