#pragma once

#include <string>

namespace firn {

/// A random UUID (version 4, RFC 9562), from the operating system's entropy through OpenSSL. Threads: any.
std::string make_request_id();

}  // namespace firn
