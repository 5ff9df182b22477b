#include "platform/memory_privacy.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <typeinfo>

#include <cxxabi.h>

#include "base/result.h"
#include "platform/system_error.h"

namespace firn {
namespace {

[[noreturn]] void end_quietly() {
  const std::type_info* type = abi::__cxa_current_exception_type();
  std::fprintf(stderr, "firn: ended by an exception that nobody expected, of type %s\n",
               type == nullptr ? "none" : type->name());
  std::abort();
}

}  // namespace

// Neither call can fail with these arguments.
void hide_memory() { ::prctl(PR_SET_DUMPABLE, 0); }
void show_memory() { ::prctl(PR_SET_DUMPABLE, 1); }

Status forbid_core_files() {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) {
    return fail(system_error(errno, "forbid core files of", "this process"));
  }
  return {};
}

void hide_texts_of_exceptions() { std::set_terminate(end_quietly); }

}  // namespace firn
