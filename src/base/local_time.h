#pragma once

#include <chrono>

#include "base/time.h"

namespace firn {

/// What a clock on the wall shows, in a zone that the context knows. Not a moment: some of these do not exist there,
/// and some are shown twice.
using LocalTime = std::chrono::local_time<Duration>;
using LocalMinutes = std::chrono::local_time<std::chrono::minutes>;

}  // namespace firn
