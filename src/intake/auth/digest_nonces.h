#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/digest.h"
#include "base/mutex.h"
#include "base/time.h"
#include "intake/auth/secret_hash.h"

namespace firn {

/// The nonces of HTTP Digest: signed instead of remembered, so that making one costs nothing that lasts. What is
/// remembered are the counts that clients have used, of the kMostUsed nonces used last: no request is taken twice.
/// After a restart all older ones are stale, which clients notice and repair by themselves. Threads: any.
class DigestNonces {
 public:
  static constexpr Duration kLife = std::chrono::minutes(5);
  static constexpr std::size_t kMostUsed = 4096;

  DigestNonces() : key_(random_key()) {}

  [[nodiscard]] std::string make(Timestamp now) const;

  /// False when the client must take a new nonce: it is not ours, too old, or was used with this count. Counts may come
  /// in any order within the newest 64, since one client may use several connections.
  bool use(std::string_view nonce, unsigned count, Timestamp now) FIRN_EXCLUDES(mutex_);

 private:
  struct Used {
    Digest128 mark;
    Timestamp made_at;
    unsigned highest = 0;
    std::uint64_t window = 0;  ///< bit i: the count `highest - i` was used
  };
  using Order = std::list<Used>;

  [[nodiscard]] Digest128 sign(std::string_view text) const;
  Used& entry(const Digest128& mark, Timestamp made_at) FIRN_REQUIRES(mutex_);

  const HashKey key_;
  Mutex mutex_;
  Order order_ FIRN_GUARDED_BY(mutex_);  ///< the one used last first
  std::unordered_map<Digest128, Order::iterator, Digest128Hash> used_ FIRN_GUARDED_BY(mutex_);
  /// Of nonces made until then nothing is known any more.
  Timestamp forgotten_until_ FIRN_GUARDED_BY(mutex_) = Timestamp::min();
};

}  // namespace firn
