#pragma once

#include "base/result.h"

namespace firn {

/// Whether other processes of the same user may read this one's memory, and whether the kernel may write it to a file
/// when it crashes (PR_SET_DUMPABLE). When hidden, no core is dumped whatever limits and core_pattern say, and the
/// files of /proc/<pid> that show memory or environment belong to root. A program that is started later begins visible.
void hide_memory();
void show_memory();

/// No core file for this process and those it starts: RLIMIT_CORE becomes 0 and cannot be raised again without
/// privileges.
Status forbid_core_files();

/// An exception that nobody caught then ends the process with the name of its type only: its text may hold anything.
void hide_texts_of_exceptions();

}  // namespace firn
