// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/interrupt.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <utility>

namespace vmcoredd::cli {

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

// What a signal handler can reach must be static: the names of what it removes. A slot
// above those in use is taken, so that the order is that of their making.
std::array<std::atomic<const char*>, kMaxCleanups> cleanups = {};
static_assert(std::atomic<const char*>::is_always_lock_free);

extern "C" void OnSignal(int signal_number) {
  for (size_t i = kMaxCleanups; i > 0; --i) {
    const char* const path = cleanups[i - 1];
    if (path && ::unlink(path) != 0) ::rmdir(path);
  }
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

InterruptCleanup::InterruptCleanup(std::string path) : path_(std::move(path)) {
  size_t above = kMaxCleanups;
  while (above > 0 && !cleanups[above - 1].load()) --above;
  if (above == kMaxCleanups) return;
  slot_ = above;
  cleanups[slot_] = path_.c_str();
}

InterruptCleanup::~InterruptCleanup() {
  if (slot_ < kMaxCleanups) cleanups[slot_] = nullptr;
}

DeferInterrupts::DeferInterrupts() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal_number : kSignals) ::sigaddset(&set, signal_number);
  ::sigprocmask(SIG_BLOCK, &set, &before_);
}

DeferInterrupts::~DeferInterrupts() { Allow(); }

bool DeferInterrupts::is_pending() const {
  sigset_t waiting;
  ::sigpending(&waiting);
  return std::any_of(std::begin(kSignals), std::end(kSignals), [&](int signal_number) {
    return ::sigismember(&waiting, signal_number) == 1;
  });
}

void DeferInterrupts::Allow() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace vmcoredd::cli
