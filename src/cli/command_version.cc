#include <ostream>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"

namespace firn {

int run_version(const CliContext& context) {
  if (context.arguments.json) {
    context.out << "{\"version\":\"" << FIRN_VERSION << "\"}\n";
  } else {
    context.out << "firn " << FIRN_VERSION << '\n';
  }
  return kExitOk;
}

}  // namespace firn
