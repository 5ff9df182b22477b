#pragma once

#include <cstdio>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

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

/// Writes one line for each event: time, level, a stable event name like `chunk.staged`, and fields. Fields never hold
/// payloads or secrets. Threads: any; a line is written whole.
class Log {
 public:
  /// `out` must stay open as long as the log.
  Log(const Clock& clock, LogLevel least, LogFormat format, std::FILE* out)
      : clock_(clock), least_(least), format_(format), out_(out) {}

  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) FIRN_EXCLUDES(mutex_);

 private:
  const Clock& clock_;
  const LogLevel least_;
  const LogFormat format_;
  Mutex mutex_;
  std::FILE* const out_ FIRN_GUARDED_BY(mutex_);
};

/// One line without its line end, for tests: `time=... level=info event=chunk.staged key="a b"`, or a JSON object.
std::string format_log_line(LogFormat format, Timestamp at, LogLevel level, std::string_view event,
                            std::initializer_list<LogField> fields);

}  // namespace firn
