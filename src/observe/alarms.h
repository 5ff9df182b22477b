#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "observe/log.h"

namespace firn {

/// Something that a person should look at.
struct Alarm {
  std::string name;    ///< stable, e.g. `intake.refused_credentials`
  std::string object;  ///< what it is about, e.g. a repeater
  std::string text;    ///< what failed, what Firn does, what to do
  Timestamp since;
  std::uint64_t count = 0;
  Timestamp last;         ///< when it was raised last
  bool is_event = false;  ///< nothing ends it but time
};

/// The list of alarms that `firn status` shows. Each (name, object) stands once and counts; a new one is logged.
/// At most kMaxAlarms are kept, so that names made up by strangers cannot fill the memory. Nor do they keep out what
/// matters: in a full list the oldest event of the name that has most of them gives way. Threads: any.
class Alarms {
 public:
  static constexpr std::size_t kMaxAlarms = 200;
  static constexpr Duration kEventLife = std::chrono::hours(24);

  Alarms(const Clock& clock, Log& log) : clock_(clock), log_(log) {}

  void raise(const std::string& name, const std::string& object, const std::string& text) FIRN_EXCLUDES(mutex_);
  /// For something that happens and is over, like a refused password: it goes from the list when it has not happened
  /// again for kEventLife.
  void raise_event(const std::string& name, const std::string& object, const std::string& text) FIRN_EXCLUDES(mutex_);
  /// The cause is gone.
  void clear(const std::string& name, const std::string& object) FIRN_EXCLUDES(mutex_);
  [[nodiscard]] std::vector<Alarm> list() const FIRN_EXCLUDES(mutex_);

 private:
  void put(Alarm alarm) FIRN_EXCLUDES(mutex_);
  [[nodiscard]] bool is_over(const Alarm& alarm) const;
  /// False when there is none.
  bool drop_an_event() FIRN_REQUIRES(mutex_);
  const Clock& clock_;
  Log& log_;
  mutable Mutex mutex_;
  std::map<std::pair<std::string, std::string>, Alarm> alarms_ FIRN_GUARDED_BY(mutex_);
};

}  // namespace firn
