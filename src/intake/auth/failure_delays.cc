#include "intake/auth/failure_delays.h"

#include <algorithm>
#include <cstdint>

namespace firn {
namespace {

constexpr unsigned kMostDoublings = 16;  // far beyond kLongest

Duration delay_after(unsigned failures) {
  if (failures < 2) {
    return {};
  }
  const std::int64_t factor = std::int64_t{1} << std::min(failures - 2, kMostDoublings);
  return std::min(FailureDelays::kFirst * factor, FailureDelays::kLongest);
}

}  // namespace

Duration FailureDelays::failed(const Digest128& client, Duration now) {
  const MutexLock lock(mutex_);
  Client& entry = this->entry(client);
  if (entry.failures > 0 && now - entry.last > kForget) {
    entry.failures = 0;
  }
  entry.failures += entry.failures < kMostDoublings + 2 ? 1 : 0;
  entry.last = now;
  const Duration until = std::max(entry.next_free, now) + delay_after(entry.failures);
  entry.next_free = std::min(until, now + kLongest);
  return entry.failures < 2 ? Duration{} : entry.next_free - now;
}

FailureDelays::Client& FailureDelays::entry(const Digest128& client) {
  if (const auto found = clients_.find(client); found != clients_.end()) {
    order_.splice(order_.begin(), order_, found->second);
    return order_.front();
  }
  if (order_.size() == kMostClients) {
    clients_.erase(order_.back().key);
    order_.pop_back();
  }
  order_.push_front({client, 0, {}, {}});
  clients_[client] = order_.begin();
  return order_.front();
}

}  // namespace firn
