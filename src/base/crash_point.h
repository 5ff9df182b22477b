#pragma once

namespace firn {

/// A named place where a test may kill the process. In builds without FIRN_CRASH_POINTS (every released one) it is
/// nothing. The test build reads `--crash-at NAME[:COUNT]` and ends itself with SIGKILL when the place is reached the
/// COUNT-th time.
#if defined(FIRN_CRASH_POINTS)
void crash_point(const char* name);
/// Arms one place; `spec` is `NAME` or `NAME:COUNT`.
void arm_crash_point(const char* spec);
#else
inline void crash_point(const char* /*name*/) {}
#endif

}  // namespace firn
