#include "observe/alarms.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "observe/log.h"

namespace firn {

void Alarms::raise(const std::string& name, const std::string& object, const std::string& text) {
  put({name, object, text, clock_.now(), 1, clock_.now(), /*is_event=*/false});
}

void Alarms::raise_event(const std::string& name, const std::string& object, const std::string& text) {
  put({name, object, text, clock_.now(), 1, clock_.now(), /*is_event=*/true});
}

void Alarms::put(Alarm alarm) {
  const std::string name = alarm.name;
  const std::string object = alarm.object;
  const std::string text = alarm.text;
  {
    const MutexLock lock(mutex_);
    std::erase_if(alarms_, [&](const auto& entry) { return is_over(entry.second); });
    const auto key = std::pair(name, object);
    const auto found = alarms_.find(key);
    if (found != alarms_.end()) {
      ++found->second.count;
      found->second.text = text;
      found->second.last = alarm.last;
      return;
    }
    if (alarms_.size() >= kMaxAlarms && !drop_an_event()) {
      return;
    }
    alarms_.emplace(key, std::move(alarm));
  }
  log_.write(LogLevel::kWarning, "alarm.raised", {{"alarm", name}, {"object", object}, {"text", text}});
}

bool Alarms::drop_an_event() {
  struct Group {
    std::size_t events = 0;
    std::map<std::pair<std::string, std::string>, Alarm>::iterator oldest;
  };
  std::map<std::string, Group> groups;
  for (auto entry = alarms_.begin(); entry != alarms_.end(); ++entry) {
    if (entry->second.is_event) {
      Group& group = groups[entry->second.name];
      const bool first = group.events++ == 0;
      group.oldest = first || entry->second.last < group.oldest->second.last ? entry : group.oldest;
    }
  }
  const auto largest = std::ranges::max_element(groups, {}, [](const auto& named) { return named.second.events; });
  if (largest == groups.end()) {
    return false;
  }
  alarms_.erase(largest->second.oldest);
  return true;
}

bool Alarms::is_over(const Alarm& alarm) const { return alarm.is_event && clock_.now() - alarm.last > kEventLife; }

void Alarms::clear(const std::string& name, const std::string& object) {
  {
    const MutexLock lock(mutex_);
    if (alarms_.erase(std::pair(name, object)) == 0) {
      return;
    }
  }
  log_.write(LogLevel::kInfo, "alarm.cleared", {{"alarm", name}, {"object", object}});
}

std::vector<Alarm> Alarms::list() const {
  const MutexLock lock(mutex_);
  std::vector<Alarm> all;
  all.reserve(alarms_.size());
  for (const auto& [key, alarm] : alarms_) {
    if (!is_over(alarm)) {
      all.push_back(alarm);
    }
  }
  return all;
}

}  // namespace firn
