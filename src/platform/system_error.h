#pragma once

#include <string>

#include "base/error.h"

namespace firn {

/// The error for a system call that failed with `code` (an errno value): kind, the system's text, and a hint where one
/// helps. Codes without a kind of their own are kUnavailable.
Error system_error(int code, std::string operation, std::string object);

}  // namespace firn
