#pragma once

#include <functional>
#include <string>
#include <thread>

#include "base/time.h"

namespace firn {

/// Starts a thread with a name of at most 15 characters (seen in `top -H`). Signals stay with the main thread.
std::thread start_thread(const std::string& name, std::move_only_function<void()> body);

/// Names the calling thread for debuggers and `top -H`; the kernel keeps the first 15 bytes.
void set_thread_name(const char* name);

/// Lets the calling thread yield the processor to others: `nice` is 0 (normal) to 19 (last). On Linux every thread has
/// its own value. It cannot be taken back without privileges. A failure is ignored: only speed depends on it.
void lower_thread_priority(int nice);

/// Lets time pass.
void pause(Duration duration);

/// Processor time that the calling thread has used.
Duration thread_cpu_time();

}  // namespace firn
