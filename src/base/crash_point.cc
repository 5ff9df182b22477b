#include "base/crash_point.h"

#if defined(FIRN_CRASH_POINTS)

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace firn {
namespace {

std::string& armed_name() {
  static std::string name;
  return name;
}
std::atomic<long> runs_left{0};

}  // namespace

void arm_crash_point(const char* spec) {
  const std::string text = spec;
  const auto colon = text.find(':');
  armed_name() = text.substr(0, colon);
  runs_left = colon == std::string::npos ? 1 : std::strtol(text.c_str() + colon + 1, nullptr, 10);
}

void crash_point(const char* name) {
  if (runs_left > 0 && armed_name() == name && --runs_left == 0) {
    kill(getpid(), SIGKILL);
  }
}

}  // namespace firn

#endif
