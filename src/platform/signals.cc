#include "platform/signals.h"

#include <pthread.h>

#include <csignal>

namespace firn {
namespace {

sigset_t termination_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

void block_termination_signals() {
  const sigset_t signals = termination_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int wait_for_termination() {
  const sigset_t signals = termination_signals();
  int number = 0;
  while (sigwait(&signals, &number) != 0) {
  }
  return number;
}

void request_termination(int pid) { ::kill(pid, SIGTERM); }

}  // namespace firn
