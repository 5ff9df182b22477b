// Runs a fuzz target on the files of a folder: each as it is, and cut short at up to 32 places.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/input.h"

namespace {

constexpr std::size_t kCuts = 32;

void run(const std::string& bytes) {
  // A copy of the exact size, so that sanitizers see a read behind its end.
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argc > 1 ? argv[1] : ".")) {
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    std::printf("%s\n", entry.path().filename().c_str());
    std::fflush(stdout);  // so that the last name is the one that fails
    run(bytes);
    for (std::size_t cut = 0; cut < kCuts; ++cut) {
      run(bytes.substr(0, bytes.size() * cut / kCuts));
    }
    ++files;
  }
  std::printf("%zu files\n", files);
  return files > 0 ? 0 : 1;
}
