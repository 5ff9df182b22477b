#include "intake/auth/unanswered_challenges.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "intake/auth/client_network.h"

namespace firn {
namespace {

std::string key_of(std::string_view remote, std::string_view repeater) {
  std::string key;
  put_text(key, client_network(remote));
  put_text(key, repeater);
  return key;
}

}  // namespace

bool UnansweredChallenges::challenged(std::string_view remote, std::string_view repeater, Timestamp now) {
  std::string key = key_of(remote, repeater);
  if (counts_.size() >= kMost && !counts_.contains(key)) {
    counts_.clear();
  }
  Count& count = counts_[std::move(key)];
  if (count.times == 0 || now - count.counted >= kPatience) {
    ++count.times;
    count.counted = now;
  }
  return count.times >= kTimes;
}

void UnansweredChallenges::answered(std::string_view remote, std::string_view repeater) {
  if (!counts_.empty()) {  // as nearly always: nothing is computed then
    counts_.erase(key_of(remote, repeater));
  }
}

}  // namespace firn
