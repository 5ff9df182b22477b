#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"

namespace firn {

/// Tells clients that never show credentials from those that begin without (HTTP Digest), or with a token whose time is
/// over: the former were challenged and have not been let in for kPatience. Counted for each client network and
/// repeater. Threads: one at a time.
class UnansweredChallenges {
 public:
  static constexpr Duration kPatience = std::chrono::minutes(1);
  static constexpr std::size_t kMost = 1024;  ///< with more, counting begins anew

  /// A client was challenged; true when that is no beginning any more.
  bool challenged(std::string_view remote, std::string_view repeater, Timestamp now);
  /// It was let in.
  void answered(std::string_view remote, std::string_view repeater);

 private:
  std::map<std::string, Timestamp> since_;
};

}  // namespace firn
