#include "platform/environment.h"

#include <cstdlib>

namespace firn {

std::optional<std::string> environment_variable(const std::string& name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here ever changes the environment
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace firn
