// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/stop_signal.h"

namespace vmcoredd {

namespace {

constexpr int kStopSignals[] = {SIGTERM, SIGINT, SIGHUP};

volatile sig_atomic_t stop_requested = 0;
bool is_catching = false;
sigset_t mask_before;

void OnStop(int) { stop_requested = 1; }

}  // namespace

void CatchStopSignals() {
  struct sigaction action {};
  action.sa_handler = OnStop;
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int number : kStopSignals) {
    ::sigaction(number, &action, nullptr);
    sigaddset(&blocked, number);
  }
  ::sigprocmask(SIG_BLOCK, &blocked, &mask_before);
  is_catching = true;
}

bool StopRequested() {
  if (!is_catching) return false;
  // They are blocked outside of waits: look whether one has come meanwhile.
  sigset_t pending;
  if (stop_requested == 0 && ::sigpending(&pending) == 0) {
    for (const int number : kStopSignals) {
      if (sigismember(&pending, number) == 1) stop_requested = 1;
    }
  }
  return stop_requested != 0;
}

sigset_t WaitMask() {
  sigset_t mask;
  if (is_catching) return mask_before;
  ::sigprocmask(SIG_SETMASK, nullptr, &mask);
  return mask;
}

void IgnoreStopSignals() {
  for (const int number : kStopSignals) ::signal(number, SIG_IGN);
}

void RestoreStopSignals() {
  if (!is_catching) return;
  for (const int number : kStopSignals) ::signal(number, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &mask_before, nullptr);
}

}  // namespace vmcoredd
