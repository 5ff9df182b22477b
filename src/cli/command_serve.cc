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
  return context.serve(*config, context.arguments.serve);
}

}  // namespace firn
