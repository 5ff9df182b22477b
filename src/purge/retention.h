#pragma once

#include <optional>

#include "base/result.h"
#include "base/time.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "model/chunk.h"
#include "model/names.h"

namespace firn {

/// How long the staged object of a chunk stays after it is proven loaded.
struct RetentionPolicy {
  std::optional<Duration> keep_staged;  ///< nothing: until a later batch is loaded, as in HQ's design
  bool at_once = false;                 ///< the repeater is being drained
};

/// With `keep_staged` open, nothing stays longer than this: Snowflake's memory of loaded files ends after 64 days.
inline constexpr Duration kLongestKept = std::chrono::days(55);
/// A file that was submitted so long ago without a proof has something wrong with it.
inline constexpr Duration kLongestUnproven = std::chrono::days(1);

/// When staged objects of one repeater may go, by what the catalog says now.
class Retention {
 public:
  static Result<Retention> of(Catalog& catalog, const RepeaterName& repeater, const RetentionPolicy& policy);

  /// When the object of a loaded or replaced chunk may be removed, at the latest.
  [[nodiscard]] Timestamp due_at(const Chunk& chunk) const;
  /// True when a submitted chunk's object would have gone by now, had it been proven loaded.
  [[nodiscard]] bool is_overdue(const Chunk& chunk, Timestamp now) const;
  /// True when a batch that was closed later is loaded.
  [[nodiscard]] bool is_followed(const Chunk& chunk) const { return chunk.batch < newest_loaded_; }

 private:
  Retention(const RetentionPolicy& policy, BatchId newest_loaded) : policy_(policy), newest_loaded_(newest_loaded) {}

  RetentionPolicy policy_;
  BatchId newest_loaded_;
};

}  // namespace firn
