#pragma once

#include "cli/context.h"

namespace firn {

/// Runs the command of `context.arguments`; returns an ExitCode.
int run_command(const CliContext& context);

}  // namespace firn
