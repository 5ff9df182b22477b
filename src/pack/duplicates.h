#pragma once

#include <optional>
#include <span>

#include "base/digest.h"
#include "base/time.h"
#include "model/transition.h"

namespace firn {

enum class Verdict {
  kRow,
  kDuplicate,
  kConflict,  ///< the same version with other content: dropped like a duplicate, but counted apart
};

/// What the decision about a record depends on, besides the entries of its document.
struct VersionClaim {
  std::optional<Timestamp> version;
  Digest128 digest;
  bool replaces = false;          ///< it is sent again from quarantine
  bool already_replaced = false;  ///< another that replaces the same position came before it
};

/// Design section 6, Duplicates. `known` are the document's entries in the catalog, `pending` those of the open chunk;
/// both in order of position, and every known one before every pending one.
Verdict judge(const VersionClaim& claim, std::span<const VersionEntry> known, std::span<const VersionEntry> pending);

}  // namespace firn
