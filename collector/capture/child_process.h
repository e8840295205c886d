// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_CAPTURE_CHILD_PROCESS_H_
#define VMCOREDD_COLLECTOR_CAPTURE_CHILD_PROCESS_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collector/capture/child_limits.h"
#include "collector/capture/plugin_catalog.h"
#include "vmcoredd/base/result.h"

namespace vmcoredd {

// How a plugin's process ended.
struct ChildEnd {
  enum class Kind {
    kExited,     // by itself; `value` is its exit code
    kSignalled,  // by the signal `value`
    kTimedOut,   // killed at the deadline
    kStopped,    // killed because of what it wrote: see `violation`
    kStuck,      // killed, but it does not die: it hangs inside the kernel
  };
  Kind kind = Kind::kExited;
  int value = 0;
  std::optional<Error> violation;

  bool is_success() const { return kind == Kind::kExited && value == 0; }
};

// For a person, for example "it was killed by signal 11 (SEGV)".
std::string ChildEndText(const ChildEnd& end);

// Where a child finds ChildTask::extra_fd.
inline constexpr int kExtraFd = 3;

// What a child process does: a function of ours in a fork, or a program.
struct ChildTask {
  std::function<int()> run;  // returns the exit code; writes to standard output
  std::string path, argument;
  bool is_patient = false;                // gives way to whatever else runs
  int extra_fd = -1;                      // the child has it too, as kExtraFd
  uint64_t data_bytes = kChildDataBytes;  // of memory
  bool must_finish = false;  // a stop signal does not end it: it puts something in order
};
// A built-in plugin that serves one request, or an executable with `argument`.
ChildTask TaskOf(const Plugin& plugin, const std::string& argument);

// When a child is killed. Who takes its output may move it, up to `last`.
struct ChildDeadline {
  using Clock = std::chrono::steady_clock;
  explicit ChildDeadline(std::chrono::milliseconds time)
      : ChildDeadline(Clock::now() + time, Clock::now() + time) {}
  ChildDeadline(Clock::time_point first_at, Clock::time_point last_at)
      : at(first_at), last(last_at) {}

  Clock::time_point at, last;
};

// Runs a task in a child process of its own. `request` is what it reads on standard
// input; what it writes to standard output goes to `on_output` in pieces, and an
// error from there ends it. Whatever the child does, this returns soon after the
// deadline, or a stop signal, and leaves no process behind that can be killed.
//
// Fails only when no child could be started.
using OutputCallback = std::function<Result<void>(std::span<const std::byte>)>;
Result<ChildEnd> RunChild(const ChildTask& task,
                          std::string_view request,
                          const ChildDeadline& deadline,
                          const OutputCallback& on_output);

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_CAPTURE_CHILD_PROCESS_H_
