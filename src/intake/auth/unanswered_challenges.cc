#include "intake/auth/unanswered_challenges.h"

#include <string>

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
  if (since_.size() >= kMost) {
    since_.clear();
  }
  const auto [entry, first] = since_.try_emplace(key_of(remote, repeater), now);
  return now - entry->second >= kPatience;
}

void UnansweredChallenges::answered(std::string_view remote, std::string_view repeater) {
  if (!since_.empty()) {  // as nearly always: nothing is computed then
    since_.erase(key_of(remote, repeater));
  }
}

}  // namespace firn
