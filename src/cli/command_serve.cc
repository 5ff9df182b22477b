#include "base/crash_point.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"

namespace firn {

int run_serve(const CliContext& context) {
  const auto config = load_or_report(context);
  if (!config) {
    return kExitConfiguration;
  }
#if defined(FIRN_CRASH_POINTS)
  if (!context.arguments.crash_at.empty()) {
    arm_crash_point(context.arguments.crash_at.c_str());
  }
#endif
  ServeOptions options = context.arguments.serve;
  options.notify_socket = context.environment("NOTIFY_SOCKET").value_or("");
  options.watchdog_usec = context.environment("WATCHDOG_USEC").value_or("");
  options.watchdog_pid = context.environment("WATCHDOG_PID").value_or("");
  return context.serve(*config, options);
}

}  // namespace firn
