#include "tests/simulation/versionless.h"

#include <fmt/format.h>

#include <set>
#include <string>

namespace firn {

int VersionlessLedger::came_back(const std::map<std::string, Contents>& rows) {
  int count = 0;
  for (const auto& [id, made] : rows) {
    std::set<std::string> before;
    for (const auto& [position, content] : made) {
      count += before.insert(content).second ? 0 : 1;
    }
  }
  return count;
}

void VersionlessLedger::acknowledged(const std::string& id, const std::string& content, Position position) {
  Unanswered& unanswered = unanswered_[id];
  unanswered.erase(unanswered.find(content));
  acknowledged_[id].emplace(position, content);
}

std::string VersionlessLedger::complaint(const std::map<std::string, Contents>& rows) const {
  for (const auto& [id, made] : rows) {
    if (!unanswered_.contains(id)) {
      return fmt::format("{} was never sent", id);
    }
  }
  for (const auto& [id, unanswered] : unanswered_) {
    const auto sent = acknowledged_.find(id);
    const auto made = rows.find(id);
    const std::string wrong = complaint_of(sent == acknowledged_.end() ? Contents() : sent->second, unanswered,
                                           made == rows.end() ? Contents() : made->second);
    if (!wrong.empty()) {
      return fmt::format("{} without version {}", id, wrong);
    }
  }
  return "";
}

std::string VersionlessLedger::complaint_of(const Contents& sent, Unanswered unanswered, const Contents& rows) {
  for (const auto& [position, content] : rows) {
    if (const auto known = sent.find(position); known != sent.end()) {
      if (known->second != content) {
        return fmt::format("has other content at {}", position.value());
      }
    } else if (const auto kept = unanswered.find(content); kept != unanswered.end()) {
      unanswered.erase(kept);
    } else {
      return fmt::format("was never sent as it is at {}", position.value());
    }
  }
  Contents all = sent;
  all.insert(rows.begin(), rows.end());
  const std::string* newest = nullptr;
  for (const auto& [position, content] : all) {
    const bool repeated = newest != nullptr && *newest == content;
    const bool is_row = rows.contains(position);
    if (is_row == repeated) {
      return fmt::format("is at {} {}", position.value(), is_row ? "in the table twice" : "acknowledged and lost");
    }
    newest = is_row ? &content : newest;
  }
  return "";
}

}  // namespace firn
