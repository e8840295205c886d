// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef READERS_CLI_INTERRUPT_H_
#define READERS_CLI_INTERRUPT_H_

#include <signal.h>

#include <cstddef>
#include <string>

namespace vmcoredd::cli {

// SIGINT, SIGTERM, SIGHUP and SIGPIPE end the program at once and without a
// word, as they do by default, but take partial output files with them. A
// file that is changed in place (attach) is safe at any instruction by its
// format; DeferInterrupts only saves it from carrying unused bytes at its end.

void InstallSignalHandlers();

// How many InterruptCleanups may live at a time; one more cleans up nothing.
inline constexpr size_t kMaxCleanups = 64;

// While it lives, a signal removes `path`: a file, or a folder that is empty then. The last
// one made is removed first.
class InterruptCleanup {
 public:
  explicit InterruptCleanup(std::string path);
  InterruptCleanup(const InterruptCleanup&) = delete;
  InterruptCleanup& operator=(const InterruptCleanup&) = delete;
  ~InterruptCleanup();

 private:
  const std::string path_;
  size_t slot_ = kMaxCleanups;
};

// The same for "PATH.partial", which an OutputFile that was created for PATH is writing.
class PartialFileGuard : public InterruptCleanup {
 public:
  explicit PartialFileGuard(const std::string& path) : InterruptCleanup(path + ".partial") {}
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
