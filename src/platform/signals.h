#pragma once

namespace firn {

/// Blocks SIGTERM and SIGINT for this thread and those it starts, and ignores SIGPIPE. Called first in the main thread.
void block_termination_signals();

/// Waits for SIGTERM or SIGINT and returns its number.
int wait_for_termination();

/// Asks another process to end (SIGTERM). It may be gone already.
void request_termination(int pid);

}  // namespace firn
