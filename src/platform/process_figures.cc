#include "platform/process_figures.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

namespace firn {
namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  if (file >> all >> resident) {
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  }
  return std::nullopt;
}

/// The machine's start, in seconds of wall time.
std::optional<std::uint64_t> boot_time() {
  std::ifstream file("/proc/stat");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    std::uint64_t value = 0;
    if (words >> name >> value && name == "btime") {
      return value;
    }
  }
  return std::nullopt;
}

std::optional<Timestamp> start_time() {
  constexpr int kFieldsBefore = 19;  // between the command's closing bracket and the start (proc(5))
  std::ifstream file("/proc/self/stat");
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto bracket = text.rfind(')');
  const auto boot = boot_time();
  if (bracket == std::string::npos || !boot) {
    return std::nullopt;
  }
  std::istringstream fields(text.substr(bracket + 1));
  std::string skipped;
  for (int i = 0; i < kFieldsBefore; ++i) {
    fields >> skipped;
  }
  std::uint64_t ticks = 0;
  if (!(fields >> ticks)) {
    return std::nullopt;
  }
  const auto per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return Timestamp(Duration(static_cast<std::int64_t>(*boot * 1'000'000 + ticks * 1'000'000 / per_second)));
}

std::optional<std::uint64_t> open_files() {
  std::error_code error;
  const fs::directory_iterator entries("/proc/self/fd", error);
  if (error) {
    return std::nullopt;
  }
  const auto count = std::distance(fs::begin(entries), fs::end(entries));
  return static_cast<std::uint64_t>(count) - 1;  // the one that reads the folder
}

Duration of(const timeval& time) { return Duration(std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec); }

}  // namespace

int process_id() { return ::getpid(); }

ProcessFigures process_figures() {
  ProcessFigures figures;
  figures.resident_bytes = resident_bytes();
  figures.started = start_time();
  figures.open_files = open_files();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    figures.max_open_files = limit.rlim_cur;
  }
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    figures.cpu_time = of(usage.ru_utime) + of(usage.ru_stime);
  }
  return figures;
}

}  // namespace firn
