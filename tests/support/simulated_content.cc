#include "tests/support/simulated_content.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace firn {
namespace {
constexpr std::size_t kSector = 512;
}

void SimulatedContent::truncate() {
  if (!before_truncate_) {
    before_truncate_ = bytes_.substr(0, synced_);
  }
  bytes_.clear();
  synced_ = 0;
  doubtful_.clear();
}

void SimulatedContent::sync() {
  synced_ = bytes_.size();
  before_truncate_.reset();
}

void SimulatedContent::fail_sync() {
  if (synced_ < bytes_.size()) {
    doubtful_.emplace_back(synced_, bytes_.size());
  }
}

void SimulatedContent::flip(std::size_t offset) {
  auto& byte = bytes_.at(offset);
  byte = static_cast<char>(~byte);
}

void SimulatedContent::lose_power(Chance& chance) {
  if (before_truncate_ && chance.coin()) {
    bytes_ = *before_truncate_;
    doubtful_.clear();
  } else {
    tear_tail(chance);
    for (const auto& range : doubtful_) {
      spoil(range, chance);
    }
  }
  synced_ = bytes_.size();
  doubtful_.clear();
  before_truncate_.reset();
}

void SimulatedContent::tear_tail(Chance& chance) {
  const auto unsynced = bytes_.size() - synced_;
  const auto kept = synced_ + chance.below(unsynced + 1);
  switch (chance.below(5)) {
    case 0:  // nothing arrived
      bytes_.resize(synced_);
      break;
    case 1:  // everything did
      break;
    case 2:  // a front part did
      bytes_.resize(kept);
      break;
    case 3:  // the size is right, but the end was never written
      std::fill(bytes_.begin() + static_cast<std::ptrdiff_t>(kept), bytes_.end(), '\0');
      break;
    default:  // sectors arrived in any order
      for (auto from = synced_; from < bytes_.size(); from += kSector) {
        spoil({from, std::min(from + kSector, bytes_.size())}, chance);
      }
  }
}

void SimulatedContent::spoil(Range range, Chance& chance) {
  const auto end = std::min(range.second, bytes_.size());
  const auto kind = chance.below(3);
  for (auto at = range.first; at < end && kind != 0; ++at) {
    bytes_[at] = kind == 1 ? '\0' : chance.byte();
  }
  if (kind == 2 && end == bytes_.size() && range.first < end && chance.coin()) {
    bytes_.resize(range.first);
  }
}

}  // namespace firn
