#include "intake/auth/digest_nonces.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace firn {
namespace {

constexpr std::size_t kTextBytes = 16;  // when it was made, and a random number
constexpr std::size_t kNonceBytes = kTextBytes + 16;
constexpr unsigned kWindow = 64;

/// Takes `count` into the window; false when it was used or lies before it.
bool take_count(unsigned& highest, std::uint64_t& window, unsigned count) {
  if (count > highest) {
    const unsigned step = count - highest;
    window = (step < kWindow ? window << step : 0) | 1U;
    highest = count;
    return true;
  }
  const unsigned back = highest - count;
  const std::uint64_t bit = back < kWindow ? std::uint64_t{1} << back : 0;
  const bool fresh = bit != 0 && (window & bit) == 0;
  window |= bit;
  return fresh;
}

}  // namespace

Digest128 DigestNonces::sign(std::string_view text) const { return keyed_digest(key_, text); }

std::string DigestNonces::make(Timestamp now) const {
  std::string bytes;
  put_u64(bytes, static_cast<std::uint64_t>(to_micros(now)));
  bytes += random_bytes(kTextBytes - bytes.size());
  bytes += sign(bytes).view();
  return to_hex(bytes);
}

bool DigestNonces::use(std::string_view nonce, unsigned count, Timestamp now) {
  const auto bytes = from_hex(nonce);
  if (!bytes || bytes->size() != kNonceBytes) {
    return false;
  }
  const std::string_view text = std::string_view(*bytes).substr(0, kTextBytes);
  const Digest128 mark = sign(text);
  const Timestamp made_at = timestamp_from_micros(static_cast<std::int64_t>(get_u64(text, 0)));
  const bool ours = equal_constant_time(std::string_view(*bytes).substr(kTextBytes), mark.view());
  if (!ours || made_at > now || now - made_at > kLife) {
    return false;
  }
  const MutexLock lock(mutex_);
  if (!used_.contains(mark) && made_at <= forgotten_until_) {
    return false;
  }
  Used& used = entry(mark, made_at);
  return take_count(used.highest, used.window, count);
}

DigestNonces::Used& DigestNonces::entry(const Digest128& mark, Timestamp made_at) {
  if (const auto found = used_.find(mark); found != used_.end()) {
    order_.splice(order_.begin(), order_, found->second);
    return order_.front();
  }
  if (order_.size() == kMostUsed) {
    forgotten_until_ = std::max(forgotten_until_, order_.back().made_at);
    used_.erase(order_.back().mark);
    order_.pop_back();
  }
  order_.push_front({mark, made_at, 0, 0});
  used_[mark] = order_.begin();
  return order_.front();
}

}  // namespace firn
