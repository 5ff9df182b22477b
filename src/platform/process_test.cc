#include "platform/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "platform/fd.h"
#include "tests/support/temporary_directory.h"

namespace firn {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

ProcessOptions shell(const std::string& script, const std::string& input = "") {
  return {.arguments = {"/bin/sh", "-c", script}, .input = input};
}

std::unique_ptr<Process> started(const ProcessOptions& options) {
  auto process = make_process_launcher()->start(options);
  EXPECT_TRUE(process) << process.error().message();
  return std::move(process).value();
}

ProcessExit run(const ProcessOptions& options) {
  const auto process = started(options);
  const auto ended = process->wait(30s);
  EXPECT_TRUE(ended && *ended != nullptr) << "it should have ended";
  return ended && *ended != nullptr ? **ended : ProcessExit{};
}

/// True when the process of this number has ended, or does so soon.
bool ends_soon(pid_t pid) {
  const Fd watch(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!watch.is_open()) {
    return true;
  }
  pollfd wait{watch.get(), POLLIN, 0};
  return ::poll(&wait, 1, 10'000) == 1;
}

TEST(Process, GivesItsInputAndCollectsItsOutput) {
  const auto ended = run({.arguments = {"/bin/cat"}, .input = "some input"});
  EXPECT_EQ(ended.output, "some input");
  EXPECT_EQ(ended.code, 0);
  EXPECT_EQ(ended.signal, 0);
}

TEST(Process, PassesArgumentsWithoutAShell) {
  EXPECT_EQ(run({.arguments = {"/bin/echo", "-n", "$HOME; *", ""}, .input = ""}).output, "$HOME; * ");
}

TEST(Process, DoesNotStopOnInputAndOutputLargerThanAPipe) {
  const std::string much(3'000'000, 'x');
  EXPECT_EQ(run({.arguments = {"/bin/cat"}, .input = much}).output, much);
}

TEST(Process, LivesOnWhenTheChildDoesNotReadItsInput) {
  const auto ended = run(shell("exec <&-; echo done", std::string(3'000'000, 'x')));
  EXPECT_EQ(ended.output, "done\n");
}

TEST(Process, TellsExitStatusAndSignal) {
  EXPECT_EQ(run(shell("exit 7")).code, 7);
  const auto killed = run(shell("kill -TERM $$"));
  EXPECT_EQ(killed.signal, SIGTERM);
  EXPECT_EQ(killed.code, 0);
}

TEST(Process, KeepsTheEndOfItsErrorOutput) {
  const auto ended = run(shell("head -c 100000 /dev/zero >&2; echo the end >&2"));
  EXPECT_EQ(ended.error_tail.size(), 4096U);
  EXPECT_TRUE(ended.error_tail.ends_with("the end\n"));
}

TEST(Process, KeepsTheErrorOutputWhateverTheOutputLimit) {
  auto options = shell("head -c 100000 /dev/zero >&2; echo the end >&2");
  options.output_limit = 10;
  EXPECT_TRUE(run(options).error_tail.ends_with("the end\n"));
}

TEST(Process, IsKilledWhenItWritesTooMuch) {
  ProcessOptions options{.arguments = {"/usr/bin/yes"}, .input = ""};
  options.output_limit = 1000;
  const auto process = started(options);
  const auto ended = process->wait(30s);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(ended.error().reason.find("more than 1000 bytes"), std::string::npos);
}

TEST(Process, MayWriteAsMuchAsTheLimit) {
  auto options = shell("head -c 1000 /dev/zero");
  options.output_limit = 1000;
  EXPECT_EQ(run(options).output.size(), 1000U);
}

TEST(Process, IsNothingWhileItRunsAndCanBeKilled) {
  const auto process = started(shell("exec sleep 1000"));
  EXPECT_EQ(process->poll().value(), nullptr);
  EXPECT_EQ(process->wait(1ms).value(), nullptr);
  process->kill();
  EXPECT_EQ((*process->wait(30s).value()).signal, SIGKILL);
  EXPECT_NE(process->poll().value(), nullptr);
  process->kill();  // it has ended: nothing happens
}

TEST(Process, EndsWithItsObject) {
  auto process = started(shell("exec sleep 1000"));
  const auto pid = process->pid();
  process.reset();
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(Process, OutlivesTheThreadThatStartedIt) {
  std::unique_ptr<Process> process;
  std::thread([&] { process = started(shell("exec sleep 1000")); }).join();
  EXPECT_EQ(process->wait(50ms).value(), nullptr);
}

TEST(Process, IsNotHeldUpByAGrandchildWithItsPipes) {
  const auto ended = run(shell("sleep 1000 & echo $!"));
  EXPECT_EQ(ended.code, 0);
  ::kill(std::stoi(ended.output), SIGKILL);
}

TEST(Process, DiesWithTheProgramThatStartedIt) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  const auto parent = ::fork();
  if (parent == 0) {
    const auto process = make_process_launcher()->start(shell("exec sleep 1000"));
    const int pid = process ? (*process)->pid() : 0;
    [[maybe_unused]] const auto written = ::write(pipe[1], &pid, sizeof pid);
    for (;;) {
      ::pause();
    }
  }
  int child = 0;
  ASSERT_EQ(::read(pipe[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
  ASSERT_EQ(::kill(child, 0), 0) << "it runs";
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(ends_soon(child));
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(Process, GetsNoDescriptorsOfOurs) {
  const Fd ours(::open("/dev/null", O_RDONLY));  // without O_CLOEXEC
  ASSERT_TRUE(ours.is_open());
  EXPECT_EQ(run(shell("ls /proc/$$/fd")).output, "0\n1\n2\n");
}

TEST(Process, GetsSignalsAsAFreshProgramDoes) {
  const auto before = ::signal(SIGUSR1, SIG_IGN);
  const auto output = run({.arguments = {"/bin/grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"}, .input = ""}).output;
  ::signal(SIGUSR1, before);
  EXPECT_EQ(output, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST(Process, GetsNoSecretsOfOurEnvironmentWhenItIsToBePlain) {
  ::setenv("FIRN_TEST_SECRET", "marker", 1);
  ProcessOptions plain{.arguments = {"/usr/bin/env"}, .input = "", .plain_environment = true};
  const std::string few = run(plain).output;
  plain.plain_environment = false;
  const std::string all = run(plain).output;
  ::unsetenv("FIRN_TEST_SECRET");
  EXPECT_EQ(few.find("marker"), std::string::npos);
  EXPECT_NE(few.find("PATH="), std::string::npos);
  EXPECT_NE(all.find("marker"), std::string::npos);
}

TEST(ProcessLauncher, NamesAProgramThatIsNotThere) {
  const auto process = make_process_launcher()->start({.arguments = {"/no/such/program"}, .input = ""});
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().kind, ErrorKind::kNotFound);
  EXPECT_NE(process.error().hint.find("/no/such/program"), std::string::npos);
}

TEST(ProcessLauncher, RefusesWhatIsNoProgram) {
  const TemporaryDirectory folder;
  const auto launcher = make_process_launcher();
  EXPECT_EQ(launcher->start({.arguments = {folder.path()}, .input = ""}).error().kind, ErrorKind::kPermission);
  EXPECT_EQ(launcher->start({}).error().kind, ErrorKind::kInvalidInput);
}

TEST(ProcessLauncher, WorksWithoutStandardDescriptors) {
  const auto child = ::fork();
  if (child == 0) {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      ::close(fd);
    }
    ::_exit(run({.arguments = {"/bin/cat"}, .input = "through"}).output == "through" ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace firn
