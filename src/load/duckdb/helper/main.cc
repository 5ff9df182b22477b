// firn-duckdb: loads chunk files into a DuckDB database. One job on standard input, one report on standard output
// (docs/formats/duckdb.md). Exits 0 when a report was written, whatever it says; else 1 with a sentence on standard
// error.
#include <cstdio>
#include <exception>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "base/crash_point.h"
#include "load/duckdb/helper/operations.h"
#include "load/duckdb/protocol.h"
#include "platform/memory_privacy.h"

namespace {

int run() {
  const std::string input{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  const auto job = firn::decode_job(input);
  if (!job) {
    std::cerr << "firn-duckdb: " << job.error().message() << '\n';
    return 1;
  }
  const auto report = firn::do_job(*job);
  if (!report) {
    std::cerr << "firn-duckdb: " << report.error().message() << '\n';
    return 1;
  }
  std::cout << firn::encode_report(*report) << std::flush;
  return std::cout.good() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const bool dumps_allowed = argc > 1 && std::string_view(argv[1]) == firn::kAllowCoreDumps;
  if (!dumps_allowed) {
    firn::hide_memory();
  }
  argc -= dumps_allowed ? 1 : 0;
  argv += dumps_allowed ? 1 : 0;
  firn::hide_texts_of_exceptions();
  try {
#if defined(FIRN_CRASH_POINTS)
    if (argc == 3 && std::string_view(argv[1]) == "--crash-at") {
      firn::arm_crash_point(argv[2]);
      argc = 1;
    }
#endif
    if (argc != 1) {
      std::cerr << "firn-duckdb: takes no arguments; it is started by firn\n";
      return 2;
    }
    return run();
  } catch (const std::exception& problem) {
    std::cerr << "firn-duckdb: " << problem.what() << '\n';
    return 1;
  }
}
