#include "platform/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "platform/fd.h"
#include "platform/system_error.h"
#include "platform/thread.h"

namespace firn {
namespace {

constexpr std::size_t kErrorTail = 4096;
constexpr std::size_t kPipeRead = 64U << 10U;

struct Pipe {
  Fd read;
  Fd write;
};

/// A descriptor above the standard three, so that putting it on one of them cannot hit another.
Result<Fd> above_standard(Fd fd, const std::string& program) {
  if (fd.get() > STDERR_FILENO) {
    return fd;
  }
  Fd moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!moved.is_open()) {
    return fail(system_error(errno, "start", program));
  }
  return moved;
}

Result<Pipe> make_pipe(const std::string& program) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) < 0) {
    return fail(system_error(errno, "start", program));
  }
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  FIRN_ASSIGN(pipe.read, above_standard(std::move(pipe.read), program));
  FIRN_ASSIGN(pipe.write, above_standard(std::move(pipe.write), program));
  return pipe;
}

struct Pipes {
  Pipe input;
  Pipe output;
  Pipe error;
  Pipe exec_error;  ///< carries errno when the program cannot be run; closed by a successful exec
};

Result<Pipes> make_pipes(const std::string& program) {
  Pipes pipes;
  for (auto* pipe : {&pipes.input, &pipes.output, &pipes.error, &pipes.exec_error}) {
    FIRN_ASSIGN(*pipe, make_pipe(program));
  }
  for (const int fd : {pipes.input.write.get(), pipes.output.read.get(), pipes.error.read.get()}) {
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
  }
  return pipes;
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) {
    ::signal(number, SIG_DFL);
  }
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool is_plain(std::string_view entry) {
  constexpr std::array<std::string_view, 8> kNames{"PATH", "HOME", "TMPDIR",  "LANG",
                                                   "TZ",   "USER", "LOGNAME", "LD_LIBRARY_PATH"};
  const std::string_view name = entry.substr(0, entry.find('='));
  return std::ranges::find(kNames, name) != kNames.end() || name.starts_with("LC_") || name.ends_with("SAN_OPTIONS");
}

/// What the child finds in its environment, with the null at its end. The texts are ours: nothing here changes them.
std::vector<char*> environment_of(bool plain) {
  std::vector<char*> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!plain || is_plain(*entry)) {
      entries.push_back(*entry);
    }
  }
  entries.push_back(nullptr);
  return entries;
}

struct Child {
  pid_t pid = 0;
  Fd end;  ///< becomes readable when it has ended
};

/// What the child does between fork and exec. Other threads' locks may be held for ever here: system calls only.
[[noreturn]] void run_child(const Pipes& pipes, char* const* arguments, char* const* environment, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died before the line above.
  if (::getppid() != parent) {
    ::_exit(127);
  }
  ::dup2(pipes.input.read.get(), STDIN_FILENO);
  ::dup2(pipes.output.write.get(), STDOUT_FILENO);
  ::dup2(pipes.error.write.get(), STDERR_FILENO);
  // Every descriptor of ours has O_CLOEXEC already; this is for those of libraries.
  ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  reset_signals();
  ::execve(arguments[0], arguments, environment);
  const int code = errno;
  [[maybe_unused]] const auto written = ::write(pipes.exec_error.write.get(), &code, sizeof code);
  ::_exit(127);
}

/// Waits for exec: nothing when it succeeded, else its errno.
std::optional<int> read_exec_error(const Fd& fd) {
  int code = 0;
  ssize_t count = -1;
  do {
    count = ::read(fd.get(), &code, sizeof code);
  } while (count < 0 && errno == EINTR);
  return count == static_cast<ssize_t>(sizeof code) ? std::optional(code) : std::nullopt;
}

Error exec_error(int code, const std::string& program) {
  if (code == ENOENT || code == ENOTDIR) {
    return {ErrorKind::kNotFound, "start", program, "there is no such program",
            "install " + program + " or correct its path"};
  }
  return system_error(code, "start", program);
}

/// Takes what one read gives; closes at the end. False when nothing came.
bool read_some(Fd& from, std::string& to) {
  if (!from.is_open()) {
    return false;
  }
  std::array<char, kPipeRead> buffer;
  const auto count = ::read(from.get(), buffer.data(), buffer.size());
  if (count > 0) {
    to.append(buffer.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    from.reset();
  }
  return count > 0;
}

/// One child. A thread of its own forks it, feeds it, collects its output and reaps it, and ends only then: the kernel
/// sends the parent-death signal when the *thread* that forked ends, so no shorter-lived thread may do it.
class PosixProcess final : public Process {
 public:
  explicit PosixProcess(ProcessOptions options) : options_(std::move(options)) {}
  ~PosixProcess() override {
    kill();
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  PosixProcess(const PosixProcess&) = delete;
  PosixProcess& operator=(const PosixProcess&) = delete;

  /// Returns when the program runs, or cannot.
  Status start();

  Result<const ProcessExit*> poll() override {
    MutexLock lock(mutex_);
    return answer();
  }

  Result<const ProcessExit*> wait(Duration limit) override {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    MutexLock lock(mutex_);
    while (state_ != State::kEnded) {
      const auto left = std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now());
      if (left <= Duration::zero()) {
        break;
      }
      changed_.wait_for(mutex_, left);
    }
    return answer();
  }

  // Only before it is reaped is the number surely this child's.
  void kill() override {
    MutexLock lock(mutex_);
    if (state_ == State::kRunning) {
      ::kill(pid_, SIGKILL);
    }
  }

  [[nodiscard]] int pid() const override {
    MutexLock lock(mutex_);
    return pid_;
  }

 private:
  enum class State { kStarting, kRunning, kFailed, kEnded };

  Result<const ProcessExit*> answer() FIRN_REQUIRES(mutex_);
  void run();
  Result<Child> launch(Pipes& pipes);
  [[nodiscard]] Result<pid_t> fork_child(const Pipes& pipes) const;
  void exchange(Pipes& pipes, const Fd& child);
  void feed(Fd& input);
  bool collect(Pipes& pipes);
  void reap(pid_t pid);

  const ProcessOptions options_;
  std::thread thread_;

  // Of the child's thread, until kEnded.
  std::string_view input_left_;
  ProcessExit exit_;
  bool too_much_ = false;

  mutable Mutex mutex_;
  Condition changed_;
  State state_ FIRN_GUARDED_BY(mutex_) = State::kStarting;
  Error start_error_ FIRN_GUARDED_BY(mutex_);
  pid_t pid_ FIRN_GUARDED_BY(mutex_) = 0;
};

Status PosixProcess::start() {
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    return fail(system_error(error.code().value(), "start a thread for", options_.arguments.front()));
  }
  MutexLock lock(mutex_);
  while (state_ == State::kStarting) {
    changed_.wait(mutex_);
  }
  if (state_ == State::kFailed) {
    return fail(start_error_);
  }
  return {};
}

Result<const ProcessExit*> PosixProcess::answer() {
  if (state_ != State::kEnded) {
    return nullptr;
  }
  if (too_much_) {
    return fail(Error{ErrorKind::kUnavailable, "run", options_.arguments.front(),
                      "it wrote more than " + std::to_string(options_.output_limit) + " bytes and was killed", ""});
  }
  return &exit_;
}

void PosixProcess::run() {
  set_thread_name("firn-child");
  // Signals are for other threads. This one also must live through SIGPIPE when the child does not read its input.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, nullptr);

  Pipes pipes;
  const auto child = launch(pipes);
  {
    MutexLock lock(mutex_);
    state_ = child ? State::kRunning : State::kFailed;
    pid_ = child ? child->pid : 0;
    start_error_ = child ? Error() : child.error();
    changed_.notify_all();
  }
  if (!child) {
    return;
  }
  input_left_ = options_.input;
  exchange(pipes, child->end);
  reap(child->pid);
}

Result<pid_t> PosixProcess::fork_child(const Pipes& pipes) const {
  std::vector<std::string> words = options_.arguments;
  std::vector<char*> arguments;
  for (auto& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  auto environment = environment_of(options_.plain_environment);
  const auto parent = ::getpid();
  const auto pid = ::fork();
  if (pid == 0) {
    run_child(pipes, arguments.data(), environment.data(), parent);
  }
  if (pid < 0) {
    return fail(system_error(errno, "start", words.front()));
  }
  return pid;
}

Result<Child> PosixProcess::launch(Pipes& pipes) {
  const auto& program = options_.arguments.front();
  FIRN_ASSIGN(pipes, make_pipes(program));
  FIRN_ASSIGN(const auto pid, fork_child(pipes));
  pipes.input.read.reset();
  pipes.output.write.reset();
  pipes.error.write.reset();
  pipes.exec_error.write.reset();
  // glibc 2.36 declares pidfd_open() without C linkage.
  Fd end(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const int end_error = errno;
  const auto code = read_exec_error(pipes.exec_error.read);
  if (!code && end.is_open()) {
    return Child{pid, std::move(end)};
  }
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  return fail(code ? exec_error(*code, program) : system_error(end_error, "watch", program));
}

// Until the child has ended, not until its pipes are closed: a grandchild may keep those open.
void PosixProcess::exchange(Pipes& pipes, const Fd& child) {
  auto& input = pipes.input.write;
  if (input_left_.empty()) {
    input.reset();
  }
  bool ended = false;
  while (!ended) {
    std::array<pollfd, 4> waits = {{{child.get(), POLLIN, 0},
                                    {input.get(), POLLOUT, 0},
                                    {pipes.output.read.get(), POLLIN, 0},
                                    {pipes.error.read.get(), POLLIN, 0}}};
    ::poll(waits.data(), waits.size(), -1);
    ended = waits[0].revents != 0;
    if (waits[1].revents != 0) {
      feed(input);
    }
    collect(pipes);
  }
  // What was written just before the end may still be in the pipes.
  while (collect(pipes)) {
  }
}

void PosixProcess::feed(Fd& input) {
  const auto written = ::write(input.get(), input_left_.data(), input_left_.size());
  if (written > 0) {
    input_left_.remove_prefix(static_cast<std::size_t>(written));
  }
  const bool gone = written < 0 && errno != EAGAIN && errno != EINTR;
  if (gone || input_left_.empty()) {
    input.reset();
  }
}

bool PosixProcess::collect(Pipes& pipes) {
  const bool more_errors = read_some(pipes.error.read, exit_.error_tail);
  if (exit_.error_tail.size() > kErrorTail) {
    exit_.error_tail.erase(0, exit_.error_tail.size() - kErrorTail);
  }
  const bool more_output = read_some(pipes.output.read, exit_.output);
  if (exit_.output.size() > options_.output_limit) {
    too_much_ = true;
    pipes.output.read.reset();
    exit_.output = std::string();
    kill();
  }
  return more_errors || more_output;
}

void PosixProcess::reap(pid_t pid) {
  int status = 0;
  MutexLock lock(mutex_);
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  exit_.code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  exit_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  state_ = State::kEnded;
  changed_.notify_all();
}

class PosixProcessLauncher final : public ProcessLauncher {
 public:
  Result<std::unique_ptr<Process>> start(const ProcessOptions& options) override {
    if (options.arguments.empty()) {
      return fail(Error{ErrorKind::kInvalidInput, "start", "a program", "no program was named", ""});
    }
    auto process = std::make_unique<PosixProcess>(options);
    FIRN_TRY(process->start());
    return process;
  }
};

}  // namespace

std::unique_ptr<ProcessLauncher> make_process_launcher() { return std::make_unique<PosixProcessLauncher>(); }

}  // namespace firn
