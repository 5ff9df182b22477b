#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/digest.h"

namespace firn {

/// Remembers what the slow hash has found: which credential was shown, or that none was. Keys are keyed digests
/// (quick_digest) of what clients showed. Right and wrong ones have room of their own, so that a flood of wrong ones
/// pushes no right one out; in each, the oldest goes first. Threads: one at a time.
class VerdictCache {
 public:
  struct Verdict {
    std::string credential_id;  ///< empty: it was wrong
  };

  explicit VerdictCache(std::size_t most_of_each = 4096) : most_(most_of_each) {}

  void put(const Digest128& shown, Verdict verdict) {
    const bool right = !verdict.credential_id.empty();
    Part& other = right ? wrong_ : right_;
    if (other.verdicts.erase(shown) > 0) {
      std::erase(other.order, shown);
    }
    Part& part = right ? right_ : wrong_;
    if (!part.verdicts.insert_or_assign(shown, std::move(verdict)).second) {
      return;
    }
    if (part.order.size() == most_) {
      part.verdicts.erase(part.order.front());
      part.order.pop_front();
    }
    part.order.push_back(shown);
  }

  /// Null when nothing is known.
  [[nodiscard]] const Verdict* find(const Digest128& shown) const {
    for (const Part* part : {&right_, &wrong_}) {
      if (const auto found = part->verdicts.find(shown); found != part->verdicts.end()) {
        return &found->second;
      }
    }
    return nullptr;
  }

  /// The credentials have changed: what was wrong may be right now, and what was right is only known to be so while
  /// `is_valid(credential_id)`.
  template <typename IsValid>
  void forget(const IsValid& is_valid) {
    wrong_ = {};
    std::erase_if(right_.verdicts, [&](const auto& entry) { return !is_valid(entry.second.credential_id); });
    std::erase_if(right_.order, [&](const Digest128& shown) { return !right_.verdicts.contains(shown); });
  }

 private:
  struct Part {
    std::unordered_map<Digest128, Verdict, Digest128Hash> verdicts;
    std::deque<Digest128> order;  ///< its keys, the oldest first
  };
  const std::size_t most_;
  Part right_;
  Part wrong_;
};

}  // namespace firn
