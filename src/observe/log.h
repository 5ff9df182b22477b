#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"

namespace firn {

/// Who must act: error, the daemon cannot do its work; warning, an administrator should look; info, a change of state;
/// debug, everything else.
enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat { kLogfmt, kJson };

std::optional<LogLevel> parse_log_level(std::string_view text);
std::optional<LogFormat> parse_log_format(std::string_view text);

struct LogField {
  std::string_view key;
  std::string value;
};

/// How many lines did not get out, since the start.
struct LogLosses {
  std::uint64_t suppressed = 0;  ///< over the limit of their event and object
  std::uint64_t dropped = 0;     ///< nobody took them: a full pipe, a full disk
};

/// Writes one line for each event: time, level, a stable event name like `chunk.staged` (docs/log_events.md), and
/// fields. Fields never hold payloads or secrets; characters that could be taken for a new line or a command to a
/// terminal are escaped. Of one event about one object, which is the value of its first field, kMostLines are written
/// in kWindow; the rest is counted, and `log.suppressed` tells how many. A line never waits for its reader: it is
/// dropped and counted when it cannot be written at once, and `log.dropped` tells. Threads: any; a line is written
/// whole.
class Log {
 public:
  static constexpr std::uint64_t kMostLines = 20;
  static constexpr Duration kWindow = std::chrono::minutes(1);
  static constexpr std::size_t kMaxObjects = 500;    ///< told apart at a time; more share one limit for each event
  static constexpr std::size_t kLongestLine = 4096;  ///< what a pipe takes in one piece

  /// `out` must stay open as long as the log, and nothing else may buffer on it.
  Log(const Clock& clock, LogLevel least, LogFormat format, std::FILE* out);

  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) FIRN_EXCLUDES(mutex_);

  /// Tells what was suppressed in windows that are over. write() does so too; called now and then when it is quiet.
  void tell_suppressed() FIRN_EXCLUDES(mutex_);

  [[nodiscard]] LogLosses losses() const FIRN_EXCLUDES(mutex_);

 private:
  using Key = std::pair<std::string, std::string>;  // event and object
  struct Window {
    Duration began{};
    std::uint64_t lines = 0;
  };

  bool admit(std::string_view event, std::string_view object) FIRN_REQUIRES(mutex_);
  void close_windows(Duration now) FIRN_REQUIRES(mutex_);
  void put(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) FIRN_REQUIRES(mutex_);
  bool put_line(std::string line) FIRN_REQUIRES(mutex_);

  const Clock& clock_;
  const LogLevel least_;
  const LogFormat format_;
  const int descriptor_;
  mutable Mutex mutex_;
  std::map<Key, Window> windows_ FIRN_GUARDED_BY(mutex_);
  Duration closed_at_ FIRN_GUARDED_BY(mutex_){};
  LogLosses losses_ FIRN_GUARDED_BY(mutex_);
  std::uint64_t dropped_untold_ FIRN_GUARDED_BY(mutex_) = 0;
  bool torn_ FIRN_GUARDED_BY(mutex_) = false;  // the last line was written in part
};

/// One line without its line end, at most kLongestLine - 1 bytes: `time=... level=info event=chunk.staged key="a b"`,
/// or a JSON object. Long values are cut and end with "..."; bytes that are not UTF-8 become U+FFFD.
std::string format_log_line(LogFormat format, Timestamp at, LogLevel level, std::string_view event,
                            std::initializer_list<LogField> fields);

}  // namespace firn
