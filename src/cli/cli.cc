#include "cli/cli.h"

#include <unistd.h>

#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/arguments.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/run.h"
#include "cli/serve.h"
#include "platform/environment.h"
#include "platform/file_system.h"
#include "platform/http_client.h"
#include "platform/process.h"
#include "platform/system_clock.h"
#include "platform/thread.h"

namespace firn {
namespace {

int run(const Arguments& arguments) {
  const auto files = make_posix_file_system();
  const auto processes = make_process_launcher();
  const SystemClock clock;
  const CliContext context{.arguments = arguments,
                           .in = std::cin,
                           .out = std::cout,
                           .err = std::cerr,
                           .in_is_terminal = isatty(STDIN_FILENO) == 1,
                           .err_is_terminal = isatty(STDERR_FILENO) == 1,
                           .files = *files,
                           .clock = clock,
                           .processes = *processes,
                           .environment = environment_variable,
                           .make_http_client = make_curl_client,
                           .serve = serve,
                           .pause = pause};
  const int exit_code = run_command(context);
  std::cout.flush();
  return std::cout.good() || exit_code != kExitOk ? exit_code : static_cast<int>(kExitFailed);
}

}  // namespace

int run_cli(int argc, char** argv) {
  const ParsedArguments parsed = parse_arguments(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
  if (!parsed.arguments) {
    std::cout << parsed.out;
    std::cerr << parsed.err;
    return parsed.exit_code;
  }
  try {
    return run(*parsed.arguments);
  } catch (const std::exception& problem) {
    std::cerr << "firn: " << problem.what() << '\n';
    return kExitFailed;
  }
}

}  // namespace firn
