#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace firn {

/// How a child process ended.
struct ProcessExit {
  int code = 0;            ///< exit status, when it was not killed
  int signal = 0;          ///< 0 when it ended by itself
  std::string output;      ///< its standard output
  std::string error_tail;  ///< the last 4 KiB of its standard error
};

/// A running child. A thread of its own writes and closes its standard input and collects its output. The child is
/// killed when this object is destroyed, and by the kernel when this process dies (PR_SET_PDEATHSIG). What the child
/// starts itself is not watched. Threads: any.
class Process {
 public:
  virtual ~Process() = default;

  /// Nothing while it runs; then how it ended. kUnavailable when it wrote more than `output_limit` and was killed.
  virtual Result<const ProcessExit*> poll() = 0;
  /// Waits up to `limit`; the same answer as poll().
  virtual Result<const ProcessExit*> wait(Duration limit) = 0;
  /// SIGKILL.
  virtual void kill() = 0;
  [[nodiscard]] virtual int pid() const = 0;
};

struct ProcessOptions {
  std::vector<std::string> arguments = {};  ///< the program's path first; no shell is involved
  std::string input = {};                   ///< becomes standard input
  std::size_t output_limit = 16U << 20U;
  /// The child gets only what finds programs, folders and languages (PATH, HOME, TMPDIR, LANG, ...), so that a secret
  /// in our own environment does not reach it.
  bool plain_environment = false;
};

/// The seam to child processes.
class ProcessLauncher {
 public:
  virtual ~ProcessLauncher() = default;
  /// kNotFound when there is no such program; the hint names it.
  virtual Result<std::unique_ptr<Process>> start(const ProcessOptions& options) = 0;
};

std::unique_ptr<ProcessLauncher> make_process_launcher();

}  // namespace firn
