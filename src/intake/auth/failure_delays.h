#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>

#include "base/digest.h"
#include "base/mutex.h"
#include "base/time.h"

namespace firn {

/// How long the answer to wrong credentials waits: the longer, the more often the same client (an address with a user
/// name) was wrong lately. Others are not concerned, not even behind the same address. Threads: any.
class FailureDelays {
 public:
  static constexpr Duration kFirst = std::chrono::milliseconds(100);
  static constexpr Duration kLongest = std::chrono::seconds(5);
  static constexpr Duration kForget = std::chrono::minutes(10);  ///< after so long without a failure
  static constexpr std::size_t kMostClients = 4096;              ///< the one that failed longest ago is forgotten first

  /// Counts a failure; how long its answer must wait. Nothing for the first one, then kFirst, and twice as long each
  /// time. Several at the same time wait one after the other, none of them longer than kLongest. `now` never goes
  /// backwards.
  Duration failed(const Digest128& client, Duration now) FIRN_EXCLUDES(mutex_);

 private:
  struct Client {
    Digest128 key;
    unsigned failures = 0;
    Duration last{};       ///< failure
    Duration next_free{};  ///< when the answer that waits longest goes out
  };
  using Order = std::list<Client>;
  Client& entry(const Digest128& client) FIRN_REQUIRES(mutex_);

  Mutex mutex_;
  Order order_ FIRN_GUARDED_BY(mutex_);  ///< the one that failed last first
  std::unordered_map<Digest128, Order::iterator, Digest128Hash> clients_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
