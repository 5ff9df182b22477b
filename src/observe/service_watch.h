#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/mutex.h"
#include "base/time.h"
#include "observe/health.h"
#include "observe/log.h"
#include "platform/notify_socket.h"

namespace firn {

/// What the service manager wants of us; see sd_notify(3) and sd_watchdog_enabled(3).
struct ServiceManager {
  std::string notify_socket;         ///< $NOTIFY_SOCKET; empty: nobody
  std::optional<Duration> watchdog;  ///< $WATCHDOG_USEC, when it is for this process
};

/// Reads the texts of $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID; empty ones are missing.
ServiceManager service_manager(std::string_view socket, std::string_view watchdog_usec, std::string_view watchdog_pid,
                               int own_pid);

/// Watches that the process makes progress, on a thread of its own. Tells the service manager READY=1 when made,
/// WATCHDOG=1 at half of its time while the health is good, STATUS= when it changes, and STOPPING=1 when stopping()
/// is called. Logs `health.stuck` and `health.good`, and makes the log tell what it suppressed.
class ServiceWatch {
 public:
  struct Watched {
    std::function<Health()> health;
    std::function<std::string()> status;  ///< one line for people
  };

  /// `log` and what `watched` uses must outlive the watch.
  ServiceWatch(const ServiceManager& manager, Watched watched, Log& log);
  ~ServiceWatch();
  ServiceWatch(const ServiceWatch&) = delete;
  ServiceWatch& operator=(const ServiceWatch&) = delete;

  /// The process is shutting down. The watchdog is still served: it may take a while.
  void stopping();

 private:
  void run() FIRN_EXCLUDES(mutex_);
  void look();
  [[nodiscard]] bool wait() FIRN_EXCLUDES(mutex_);

  const NotifySocket socket_;
  const bool has_watchdog_;
  const Duration interval_;
  const Watched watched_;
  Log& log_;
  bool was_good_ = true;  // of the thread
  std::string last_status_;
  Mutex mutex_;
  Condition ended_changed_;
  bool ended_ FIRN_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace firn
