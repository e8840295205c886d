// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "collector/capture/child_limits.h"
#include "collector/capture/stop_signal.h"
#include "driver-plugins/abi/runner/runner.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

namespace {

using Clock = ChildDeadline::Clock;
using std::chrono::milliseconds;

constexpr size_t kWindow = 16 * 1024;
// How long a killed process may take to go. One that is in the kernel's hands, for
// example in a read from a device that never answers, may never.
constexpr milliseconds kKillGrace{200};

struct Pipe {
  UniqueFd read, write;
};

Result<Pipe> MakePipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return FailIo("cannot make a pipe", errno);
  return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

milliseconds TimeUntil(Clock::time_point when) {
  return std::max(std::chrono::ceil<milliseconds>(when - Clock::now()), milliseconds(0));
}

ChildEnd EndedBySignal() {
  return {ChildEnd::Kind::kStopped, 0,
          Error(ErrorCode::kRefused, "the capture was ended by a signal")};
}

// The child's side of fork(). Never returns.
[[noreturn]] void BecomeChild(const ChildTask& task,
                              const Pipe& request,
                              const Pipe& output,
                              milliseconds time,
                              pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  ::setpgid(0, 0);
  // A service manager sends them to all processes of a service.
  if (task.must_finish) {
    IgnoreStopSignals();
  } else {
    RestoreStopSignals();
  }
  if (::dup2(request.read.get(), STDIN_FILENO) < 0 ||
      ::dup2(output.write.get(), STDOUT_FILENO) < 0) {
    ::_exit(127);
  }
  // Only the three standard descriptors and the one extra stay: not the spool, and not
  // the parent's ends of the pipes, which would keep them open for ever.
  unsigned first_to_close = STDERR_FILENO + 1;
  if (task.extra_fd == kExtraFd) {
    ::fcntl(kExtraFd, F_SETFD, 0);
    ++first_to_close;
  } else if (task.extra_fd >= 0) {
    if (::dup2(task.extra_fd, kExtraFd) < 0) ::_exit(127);
    ++first_to_close;
  }
  if (::close_range(first_to_close, ~0u, 0) != 0) {
    for (unsigned fd = first_to_close; fd < 256; ++fd) ::close(static_cast<int>(fd));
  }
  LimitChild(time, task.is_patient, task.data_bytes);
  if (task.run) ::_exit(task.run());
  char* const arguments[] = {const_cast<char*>(task.path.c_str()),
                             const_cast<char*>(task.argument.c_str()), nullptr};
  ::execv(task.path.c_str(), arguments);
  ::_exit(127);
}

// Writes what the pipe takes of `request`; closes it when all is written, or the
// child does not want it.
void PushRequest(UniqueFd& fd, std::string_view& request) {
  const ssize_t written = ::write(fd.get(), request.data(), request.size());
  if (written > 0) request.remove_prefix(static_cast<size_t>(written));
  if (request.empty() || (written < 0 && errno != EAGAIN && errno != EINTR)) fd.reset();
}

// Moves bytes both ways until the child closes its output. Returns how that ended,
// as far as it is known then.
ChildEnd Pump(UniqueFd request_fd,
              std::string_view request,
              int output_fd,
              const ChildDeadline& deadline,
              bool may_stop,
              const OutputCallback& on_output) {
  const sigset_t wait_mask = WaitMask();
  std::array<std::byte, kWindow> window;
  if (request.empty()) request_fd.reset();
  for (;;) {
    if (may_stop && StopRequested()) return EndedBySignal();
    const milliseconds left = TimeUntil(std::min(deadline.at, deadline.last));
    if (left.count() == 0) return {ChildEnd::Kind::kTimedOut, 0, std::nullopt};
    const timespec wait{left.count() / 1000, left.count() % 1000 * 1'000'000};
    pollfd fds[] = {{output_fd, POLLIN, 0}, {request_fd.get(), POLLOUT, 0}};
    if (::ppoll(fds, 2, &wait, &wait_mask) < 0) {
      if (errno == EINTR) continue;
      return {ChildEnd::Kind::kStopped, 0, Error::Io("cannot wait for the plugin", errno)};
    }
    if (fds[1].revents != 0) PushRequest(request_fd, request);
    if (fds[0].revents == 0) continue;
    const ssize_t got = ::read(output_fd, window.data(), window.size());
    if (got == 0) return {};
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got < 0) {
      return {ChildEnd::Kind::kStopped, 0, Error::Io("cannot read from the plugin", errno)};
    }
    if (auto taken = on_output(std::span(window).first(static_cast<size_t>(got))); !taken) {
      return {ChildEnd::Kind::kStopped, 0, std::move(taken).error()};
    }
  }
}

// Waits for the child's end until `deadline`, without blocking in the kernel and
// without reaping it: until then nobody else can get its number. A stop signal ends
// the wait if it `may_stop`.
bool HasEndedBy(pid_t child, Clock::time_point deadline, bool may_stop) {
  for (long pause_ns = 20'000;; pause_ns = std::min(pause_ns * 2, 5'000'000L)) {
    siginfo_t info{};
    const int got = ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
    if (got == 0 && info.si_pid == child) return true;
    if (Clock::now() >= deadline || (may_stop && StopRequested())) return false;
    const timespec pause{0, pause_ns};
    ::nanosleep(&pause, nullptr);
  }
}

ChildEnd Reap(pid_t child, ChildEnd end, Clock::time_point deadline, bool may_stop) {
  if (end.kind == ChildEnd::Kind::kExited && !HasEndedBy(child, deadline, may_stop)) {
    end = may_stop && StopRequested() ? EndedBySignal()
                                      : ChildEnd{ChildEnd::Kind::kTimedOut, 0, std::nullopt};
  }
  // Itself, if it still runs, and what it may have started.
  ::kill(-child, SIGKILL);
  if (end.kind != ChildEnd::Kind::kExited && !HasEndedBy(child, Clock::now() + kKillGrace, false)) {
    end.kind = ChildEnd::Kind::kStuck;
    return end;
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (end.kind != ChildEnd::Kind::kExited) return end;
  if (WIFSIGNALED(status)) return {ChildEnd::Kind::kSignalled, WTERMSIG(status), std::nullopt};
  end.value = WEXITSTATUS(status);
  return end;
}

// A child that closes its input early must not end us while we write to it.
class SigpipeIgnored {
 public:
  SigpipeIgnored() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &before_);
  }
  SigpipeIgnored(const SigpipeIgnored&) = delete;
  SigpipeIgnored& operator=(const SigpipeIgnored&) = delete;
  ~SigpipeIgnored() { ::sigaction(SIGPIPE, &before_, nullptr); }

 private:
  struct sigaction before_ {};
};

}  // namespace

std::string ChildEndText(const ChildEnd& end) {
  switch (end.kind) {
    case ChildEnd::Kind::kExited:
      return end.value == 127 ? "it could not be started"
                              : "it exited with code " + std::to_string(end.value);
    case ChildEnd::Kind::kSignalled: {
      const char* name = ::sigabbrev_np(end.value);
      return "it was killed by signal " + std::to_string(end.value) +
             (name ? " (" + std::string(name) + ")" : "");
    }
    case ChildEnd::Kind::kTimedOut: return "it did not end before the deadline and was killed";
    case ChildEnd::Kind::kStopped: return end.violation->ToString();
    case ChildEnd::Kind::kStuck: return "it hangs inside the kernel and could not be killed";
  }
  return {};
}

ChildTask TaskOf(const Plugin& plugin, const std::string& argument) {
  ChildTask task;
  task.path = plugin.path;
  task.argument = argument;
  if (plugin.entry) {
    task.run = [entry = plugin.entry] {
      return vmcoredd_runner_serve(entry, STDIN_FILENO, STDOUT_FILENO);
    };
  }
  return task;
}

Result<ChildEnd> RunChild(const ChildTask& task,
                          std::string_view request,
                          const ChildDeadline& deadline,
                          const OutputCallback& on_output) {
  const SigpipeIgnored sigpipe_ignored;
  Pipe request_pipe = VMCOREDD_TRY(MakePipe());
  Pipe output_pipe = VMCOREDD_TRY(MakePipe());
  const milliseconds time = TimeUntil(deadline.last);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return FailIo("cannot fork", errno);
  if (child == 0) BecomeChild(task, request_pipe, output_pipe, time, parent);
  // Also here: the child may not have come that far when it has to be killed.
  ::setpgid(child, child);
  request_pipe.read.reset();
  output_pipe.write.reset();
  ::fcntl(request_pipe.write.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(output_pipe.read.get(), F_SETFL, O_NONBLOCK);
  const bool may_stop = !task.must_finish;
  ChildEnd end = Pump(std::move(request_pipe.write), request, output_pipe.read.get(), deadline,
                      may_stop, on_output);
  end = Reap(child, std::move(end), std::min(deadline.at, deadline.last), may_stop);
  EndOrphans();
  return end;
}

}  // namespace vmcoredd
