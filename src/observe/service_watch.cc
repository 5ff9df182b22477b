#include "observe/service_watch.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "observe/health.h"
#include "platform/thread.h"

namespace firn {
namespace {

constexpr Duration kLongestInterval = std::chrono::seconds(1);
constexpr Duration kShortestInterval = std::chrono::milliseconds(10);

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

Duration interval_of(const ServiceManager& manager) {
  return manager.watchdog ? std::clamp(*manager.watchdog / 2, kShortestInterval, kLongestInterval) : kLongestInterval;
}

}  // namespace

ServiceManager service_manager(std::string_view socket, std::string_view watchdog_usec, std::string_view watchdog_pid,
                               int own_pid) {
  ServiceManager manager;
  manager.notify_socket = socket;
  const auto time = parse_number(watchdog_usec);
  const bool for_us = watchdog_pid.empty() || parse_number(watchdog_pid) == own_pid;
  if (time && *time > 0 && for_us) {
    manager.watchdog = Duration(*time);
  }
  return manager;
}

ServiceWatch::ServiceWatch(const ServiceManager& manager, Watched watched, Log& log)
    : socket_(manager.notify_socket),
      has_watchdog_(manager.watchdog.has_value()),
      interval_(interval_of(manager)),
      watched_(std::move(watched)),
      log_(log) {
  if (socket_.is_wanted() && !socket_.send("READY=1")) {
    log_.write(LogLevel::kWarning, "service.not_told", {{"reason", "nobody takes datagrams at $NOTIFY_SOCKET"}});
  }
  thread_ = start_thread("firn-watch", [this] { run(); });
}

ServiceWatch::~ServiceWatch() {
  {
    const MutexLock lock(mutex_);
    ended_ = true;
    ended_changed_.notify_all();
  }
  thread_.join();
}

void ServiceWatch::stopping() { socket_.send("STOPPING=1"); }

void ServiceWatch::run() {
  do {
    look();
  } while (wait());
}

void ServiceWatch::look() {
  const Health health = watched_.health();
  const bool good = health.is_good();
  if (good != was_good_) {
    good ? log_.write(LogLevel::kInfo, "health.good", {})
         : log_.write(LogLevel::kError, "health.stuck", {{"reason", health.reason()}});
    was_good_ = good;
  }
  if (good && has_watchdog_) {
    socket_.send("WATCHDOG=1");
  }
  if (socket_.is_wanted()) {
    std::string status = good ? watched_.status() : health.reason();
    if (status != last_status_) {
      socket_.send("STATUS=" + status);
      last_status_ = std::move(status);
    }
  }
  log_.tell_suppressed();
}

bool ServiceWatch::wait() {
  const MutexLock lock(mutex_);
  if (!ended_) {
    ended_changed_.wait_for(mutex_, interval_);
  }
  return !ended_;
}

}  // namespace firn
