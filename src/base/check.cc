#include "base/check.h"

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace firn {

void check_failed(const char* condition, const char* why, std::source_location place) {
  std::fprintf(stderr, "firn: internal error at %s:%u: %s (%s); stopping so that nothing is lost\n", place.file_name(),
               place.line(), why, condition);
  std::abort();
}

}  // namespace firn
