#pragma once

namespace firn {

/// The command line of `firn`; returns an ExitCode. Called once, from main().
int run_cli(int argc, char** argv);

}  // namespace firn
