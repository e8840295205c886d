// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstring>

namespace vmcoredd::cli {

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

// What a signal handler can reach must be static. The flag says that the path
// is complete.
char partial_path[PATH_MAX + 16];
std::atomic<bool> partial_exists = false;
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void OnSignal(int signal_number) {
  if (partial_exists) ::unlink(partial_path);
  // SA_RESETHAND has restored the default action, which ends the program as
  // soon as the handler returns and the signal is no longer blocked.
  ::raise(signal_number);
}

}  // namespace

void InstallSignalHandlers() {
  // A file that may grow no further is an error of write(), as on a full disk.
  ::signal(SIGXFSZ, SIG_IGN);
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal_number : kSignals) {
    struct sigaction old;
    // What is ignored on entry (nohup) stays ignored.
    if (::sigaction(signal_number, nullptr, &old) == 0 && old.sa_handler == SIG_IGN) continue;
    ::sigaction(signal_number, &action, nullptr);
  }
}

PartialFileGuard::PartialFileGuard(const std::string& path) {
  const std::string partial = path + ".partial";
  if (partial.size() >= sizeof partial_path) return;  // no system call takes it either
  std::memcpy(partial_path, partial.c_str(), partial.size() + 1);
  partial_exists = true;
}

PartialFileGuard::~PartialFileGuard() { partial_exists = false; }

DeferInterrupts::DeferInterrupts() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal_number : kSignals) ::sigaddset(&set, signal_number);
  ::sigprocmask(SIG_BLOCK, &set, &before_);
}

DeferInterrupts::~DeferInterrupts() { Allow(); }

void DeferInterrupts::Allow() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace vmcoredd::cli
