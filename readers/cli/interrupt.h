// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_INTERRUPT_H_
#define READERS_CLI_INTERRUPT_H_

#include <signal.h>

#include <cstddef>
#include <string>

namespace vmcoredd::cli {

// SIGINT, SIGTERM, SIGHUP and SIGPIPE end the program at once and without a
// word, as they do by default, but take the partial output file with them. A
// file that is changed in place (attach) is safe at any instruction by its
// format; DeferInterrupts only saves it from carrying unused bytes at its end.

void InstallSignalHandlers();

// How many PartialFileGuards may live at a time; one more guards nothing.
inline constexpr size_t kMaxPartialFiles = 64;

// While it lives, a signal removes "PATH.partial", which an OutputFile that was
// created for PATH is writing.
class PartialFileGuard {
 public:
  explicit PartialFileGuard(const std::string& path);
  PartialFileGuard(const PartialFileGuard&) = delete;
  PartialFileGuard& operator=(const PartialFileGuard&) = delete;
  ~PartialFileGuard();

 private:
  const std::string partial_;
};

// Holds interrupts back while it lives, or until Allow().
class DeferInterrupts {
 public:
  DeferInterrupts();
  DeferInterrupts(const DeferInterrupts&) = delete;
  DeferInterrupts& operator=(const DeferInterrupts&) = delete;
  ~DeferInterrupts();
  void Allow();
  // Is one waiting? Long work then stops.
  bool is_pending() const;

 private:
  sigset_t before_;
};

}  // namespace vmcoredd::cli

#endif  // READERS_CLI_INTERRUPT_H_
