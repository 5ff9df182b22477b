#include "observe/log.h"

#include <fmt/format.h>

#include <cstdio>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace firn {
namespace {

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

/// The text between quotes; valid in JSON and in logfmt.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string logfmt_value(std::string_view text) {
  const bool plain = !text.empty() && text.find_first_of(" =\"\\\n\r\t") == std::string_view::npos;
  return plain ? std::string(text) : quoted(text);
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
  if (format == LogFormat::kJson) {
    std::string line =
        fmt::format(R"({{"time":"{}","level":"{}","event":{})", format_iso8601(at), level_name(level), quoted(event));
    for (const LogField& field : fields) {
      line += fmt::format(",{}:{}", quoted(field.key), quoted(field.value));
    }
    return line + "}";
  }
  std::string line = fmt::format("time={} level={} event={}", format_iso8601(at), level_name(level), event);
  for (const LogField& field : fields) {
    line += fmt::format(" {}={}", field.key, logfmt_value(field.value));
  }
  return line;
}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < least_) {
    return;
  }
  const std::string line = format_log_line(format_, clock_.now(), level, event, fields) + "\n";
  const MutexLock lock(mutex_);
  std::fwrite(line.data(), 1, line.size(), out_);
  std::fflush(out_);
}

}  // namespace firn
