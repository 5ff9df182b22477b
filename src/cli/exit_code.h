#pragma once

namespace firn {

/// How `firn` ends (docs/cli.md).
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitConfiguration = 3,
  kExitUnreachable = 4,  ///< no daemon answers
  kExitAttention = 5,    ///< it worked, and something waits for a person
};

}  // namespace firn
