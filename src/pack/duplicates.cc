#include "pack/duplicates.h"

#include <algorithm>
#include <optional>
#include <span>

#include "model/transition.h"

namespace firn {
namespace {

const VersionEntry* find_version(const VersionClaim& claim, std::span<const VersionEntry> entries) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const VersionEntry& entry) { return entry.version == claim.version; });
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace

Verdict judge(const VersionClaim& claim, std::span<const VersionEntry> known, std::span<const VersionEntry> pending) {
  if (claim.replaces && claim.already_replaced) {
    return Verdict::kDuplicate;
  }
  if (!claim.version) {
    const auto& newest = pending.empty() ? known : pending;
    const bool repeated = !newest.empty() && newest.back().digest == claim.digest;
    return repeated ? Verdict::kDuplicate : Verdict::kRow;
  }
  const VersionEntry* first = find_version(claim, known);
  if (first == nullptr) {
    first = find_version(claim, pending);
  }
  if (first == nullptr) {
    return Verdict::kRow;
  }
  return first->digest == claim.digest ? Verdict::kDuplicate : Verdict::kConflict;
}

}  // namespace firn
