// The floor under every durable accept: append the same bytes and sync them, a group at a time.
// Usage: firn-bench-raw DIRECTORY BYTES_PER_FORM FORMS_PER_SYNC SECONDS; prints forms per second.

#include <fmt/core.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/time.h"
#include "platform/file_system.h"
#include "platform/system_clock.h"

int main(int argc, char** argv) {
  if (argc != 5) {
    fmt::print(stderr, "usage: firn-bench-raw DIRECTORY BYTES_PER_FORM FORMS_PER_SYNC SECONDS\n");
    return 2;
  }
  const std::size_t form_bytes = std::strtoull(argv[2], nullptr, 10);
  const std::uint64_t forms_per_sync = std::strtoull(argv[3], nullptr, 10);
  const firn::Duration length = std::chrono::seconds(std::strtoll(argv[4], nullptr, 10));
  const auto files = firn::make_posix_file_system();
  const std::string path = firn::join(argv[1], "raw");
  auto file = files->create_or_truncate(path);
  if (!file) {
    fmt::print(stderr, "{}\n", file.error().message());
    return 1;
  }
  const std::string group(form_bytes * forms_per_sync, 'x');
  const firn::SystemClock clock;
  const firn::Duration start = clock.steady();
  std::uint64_t forms = 0;
  firn::Duration passed{0};
  while (passed < length) {
    if (!(*file)->append(group) || !(*file)->sync()) {
      fmt::print(stderr, "cannot write {}\n", path);
      return 1;
    }
    forms += forms_per_sync;
    passed = clock.steady() - start;
  }
  static_cast<void>(files->remove(path));
  fmt::print("{:.0f}\n", static_cast<double>(forms) * 1e6 / static_cast<double>(passed.count()));
  return 0;
}
