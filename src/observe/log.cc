#include "observe/log.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/plain_text.h"
#include "base/time.h"

namespace firn {
namespace {

constexpr std::size_t kLongestValue = 1000;
constexpr std::string_view kOthers = "(others)";

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

bool is_plain(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '=' && c != '"' && c != '\\' &&
           static_cast<unsigned char>(c) < 0x7F;
  });
}

void append_value(std::string& line, LogFormat format, std::string_view value, std::size_t limit) {
  if (format == LogFormat::kLogfmt && is_plain(value) && value.size() <= limit) {
    line += value;
    return;
  }
  line += '"';
  append_escaped(line, value, limit);
  line += '"';
}

/// True when the reader takes a line now. On a pipe POLLOUT says that kLongestLine bytes fit.
bool can_write(int descriptor) {
  pollfd wait{descriptor, POLLOUT, 0};
  return ::poll(&wait, 1, 0) == 1 && (wait.revents & (POLLERR | POLLNVAL)) == 0;
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view text) {
  for (const auto level : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    if (level_name(level) == text) {
      return level;
    }
  }
  return std::nullopt;
}

std::optional<LogFormat> parse_log_format(std::string_view text) {
  if (text == "logfmt") {
    return LogFormat::kLogfmt;
  }
  return text == "json" ? std::optional(LogFormat::kJson) : std::nullopt;
}

std::string format_log_line(LogFormat format, Timestamp at, LogLevel level, std::string_view event,
                            std::initializer_list<LogField> fields) {
  const bool json = format == LogFormat::kJson;
  std::string line =
      json ? fmt::format(R"({{"time":"{}","level":"{}","event":"{}")", format_iso8601(at), level_name(level), event)
           : fmt::format("time={} level={} event={}", format_iso8601(at), level_name(level), event);
  for (const LogField& field : fields) {
    const std::size_t around = field.key.size() + 16;  // quotes, separators, and the end of the line
    if (line.size() + around >= Log::kLongestLine) {
      break;
    }
    line += json ? fmt::format(",\"{}\":", field.key) : fmt::format(" {}=", field.key);
    append_value(line, format, field.value, std::min(kLongestValue, Log::kLongestLine - line.size() - 8));
  }
  return json ? line + "}" : line;
}

Log::Log(const Clock& clock, LogLevel least, LogFormat format, std::FILE* out)
    : clock_(clock), least_(least), format_(format), descriptor_(::fileno(out)) {}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < least_) {
    return;
  }
  const MutexLock lock(mutex_);
  if (admit(event, fields.size() == 0 ? std::string_view() : fields.begin()->value)) {
    put(level, event, fields);
  } else {
    ++losses_.suppressed;
  }
}

void Log::tell_suppressed() {
  const MutexLock lock(mutex_);
  close_windows(clock_.steady());
}

LogLosses Log::losses() const {
  const MutexLock lock(mutex_);
  return losses_;
}

bool Log::admit(std::string_view event, std::string_view object) {
  const Duration now = clock_.steady();
  close_windows(now);
  Key key{event, object.substr(0, kLongestValue)};
  if (windows_.size() >= kMaxObjects && !windows_.contains(key)) {
    key.second = kOthers;
  }
  const auto [window, fresh] = windows_.try_emplace(std::move(key), Window{now, 0});
  return ++window->second.lines <= kMostLines;
}

void Log::close_windows(Duration now) {
  // Once a second is enough, and spares busy times the walk.
  if (now - closed_at_ < std::chrono::seconds(1)) {
    return;
  }
  closed_at_ = now;
  for (auto entry = windows_.begin(); entry != windows_.end();) {
    const auto& [key, window] = *entry;
    if (now - window.began < kWindow) {
      ++entry;
      continue;
    }
    if (window.lines > kMostLines) {
      put(LogLevel::kWarning, "log.suppressed",
          {{"of", key.first}, {"object", key.second}, {"lines", std::to_string(window.lines - kMostLines)}});
    }
    entry = windows_.erase(entry);
  }
}

void Log::put(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  const Timestamp now = clock_.now();
  if (dropped_untold_ > 0 && put_line(format_log_line(format_, now, LogLevel::kWarning, "log.dropped",
                                                      {{"lines", std::to_string(dropped_untold_)}}))) {
    dropped_untold_ = 0;
  }
  if (!put_line(format_log_line(format_, now, level, event, fields))) {
    ++dropped_untold_;
    ++losses_.dropped;
  }
}

bool Log::put_line(std::string line) {
  if (!can_write(descriptor_)) {
    return false;
  }
  line += '\n';
  if (torn_) {
    line.insert(line.begin(), '\n');
  }
  ssize_t written = -1;
  do {
    written = ::write(descriptor_, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  torn_ = (torn_ && written <= 0) || (written > 0 && static_cast<std::size_t>(written) < line.size());
  return written == static_cast<ssize_t>(line.size());
}

}  // namespace firn
