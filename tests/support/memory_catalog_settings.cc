#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/memory_catalog.h"

// What the catalog keeps of a repeater beside its documents: where they go, what people have set, its schedule.

namespace firn {

Result<std::vector<Control>> MemoryCatalog::controls() {
  const MutexLock lock(mutex_);
  std::vector<Control> all;
  for (const auto& [key, since] : controls_) {
    all.push_back({key.first, key.second, since});
  }
  return all;
}

Status MemoryCatalog::set_control(const Control& control) {
  const MutexLock lock(mutex_);
  controls_.try_emplace({control.repeater, control.name}, control.since);
  return {};
}

Status MemoryCatalog::clear_control(const RepeaterName& repeater, const std::string& name) {
  const MutexLock lock(mutex_);
  controls_.erase({repeater, name});
  return {};
}

Result<Timestamp> MemoryCatalog::schedule_since(const RepeaterName& repeater, const std::string& schedule,
                                                Timestamp now) {
  const MutexLock lock(mutex_);
  const auto [entry, is_new] = schedules_.try_emplace(repeater, schedule, now);
  if (!is_new && entry->second.first != schedule) {
    entry->second = {schedule, now};
  }
  return entry->second.second;
}

void MemoryCatalog::fail_next_targets() {
  const MutexLock lock(mutex_);
  targets_fail_ = true;
}

Result<std::map<RepeaterName, std::string>> MemoryCatalog::targets() {
  const MutexLock lock(mutex_);
  if (std::exchange(targets_fail_, false)) {
    return fail(Error{ErrorKind::kUnavailable, "read", "memory catalog", "the disk is away", ""});
  }
  std::map<RepeaterName, std::string> all;
  for (const auto& [repeater, target] : targets_) {
    const auto counts = state_.counts.find(repeater);
    if (counts != state_.counts.end() && counts->second.rows > 0) {
      all.emplace(repeater, target);
    }
  }
  return all;
}

Status MemoryCatalog::change_target(const RepeaterName& repeater, const std::string& target) {
  const MutexLock lock(mutex_);
  targets_[repeater] = target;
  return {};
}

Result<std::string> MemoryCatalog::bind_target(const RepeaterName& repeater, const std::string& target) {
  const MutexLock lock(mutex_);
  std::string& bound = targets_[repeater];
  const auto counts = state_.counts.find(repeater);
  if (bound.empty() || counts == state_.counts.end() || counts->second.rows == 0) {
    bound = target;
  }
  return bound;
}

Result<std::vector<Chunk>> MemoryCatalog::newest_proven(const RepeaterName& repeater, std::size_t most) {
  const MutexLock lock(mutex_);
  std::deque<Chunk> newest;
  for (const auto& [id, chunk] : state_.chunks) {
    const bool is_proven =
        chunk.loaded_at && (chunk.state == ChunkState::kLoaded || chunk.state == ChunkState::kPurged);
    if (chunk.repeater == repeater && is_proven) {
      newest.push_back(chunk);
    }
    if (newest.size() > most) {
      newest.pop_front();
    }
  }
  return std::vector<Chunk>(newest.begin(), newest.end());
}

}  // namespace firn
