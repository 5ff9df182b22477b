#include "pipeline/backoff.h"

#include <algorithm>
#include <cstdint>
#include <random>

#include "base/time.h"

namespace firn {

Duration Backoff::next(std::mt19937_64& random) {
  constexpr std::uint64_t kMaxDoublings = 20;
  const auto doublings = std::min(failures_, kMaxDoublings);
  const auto bound = std::min(limits_.longest.count(), limits_.first.count() << doublings);
  ++failures_;
  std::uniform_int_distribution<Duration::rep> wait(0, bound);
  return Duration(wait(random));
}

}  // namespace firn
