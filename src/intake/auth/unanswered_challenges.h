#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"

namespace firn {

/// Tells clients that never show credentials from those that begin without (HTTP Digest), or with a token whose time is
/// over: the former were challenged kTimes, kPatience apart, and not let in once. Counted for each client network and
/// repeater. Threads: one at a time.
class UnansweredChallenges {
 public:
  static constexpr int kTimes = 3;
  static constexpr Duration kPatience = std::chrono::minutes(1);  ///< challenges at nearly the same time count as one
  static constexpr std::size_t kMost = 1024;                      ///< with more, counting begins anew

  /// A client was challenged at a repeater that exists; true when that is no beginning any more.
  bool challenged(std::string_view remote, std::string_view repeater, Timestamp now);
  /// It was let in.
  void answered(std::string_view remote, std::string_view repeater);

 private:
  struct Count {
    int times = 0;
    Timestamp counted{};  ///< the last one
  };
  std::map<std::string, Count> counts_;
};

}  // namespace firn
