// SPDX-License-Identifier: LGPL-2.1-or-later
#include "readers/cli/interrupt.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>

namespace vmcoredd::cli {

namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

// What a signal handler can reach must be static: the names of the partial files.
std::array<std::atomic<const char*>, kMaxPartialFiles> partial_files = {};
static_assert(std::atomic<const char*>::is_always_lock_free);

extern "C" void OnSignal(int signal_number) {
  for (const auto& slot : partial_files) {
    if (const char* const partial = slot) ::unlink(partial);
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

PartialFileGuard::PartialFileGuard(const std::string& path) : partial_(path + ".partial") {
  for (auto& slot : partial_files) {
    const char* unused = nullptr;
    if (slot.compare_exchange_strong(unused, partial_.c_str())) return;
  }
}

PartialFileGuard::~PartialFileGuard() {
  for (auto& slot : partial_files) {
    const char* mine = partial_.c_str();
    if (slot.compare_exchange_strong(mine, nullptr)) return;
  }
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
