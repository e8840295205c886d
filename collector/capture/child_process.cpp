// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/capture/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

namespace {

using Clock = std::chrono::steady_clock;
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

int MillisecondsUntil(Clock::time_point when) {
  const auto left = std::chrono::ceil<milliseconds>(when - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 1 << 30));
}

// The child's side of fork(). Isolation grows here: limits, a scope, a seccomp
// filter. Never returns.
[[noreturn]] void BecomePlugin(const Plugin& plugin,
                               const char* argument,
                               const Pipe& request,
                               const Pipe& output,
                               pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  ::setpgid(0, 0);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (::dup2(request.read.get(), STDIN_FILENO) < 0 ||
      ::dup2(output.write.get(), STDOUT_FILENO) < 0) {
    ::_exit(127);
  }
  // Only the three standard descriptors stay: not the spool, and not the parent's
  // ends of the pipes, which would keep them open for ever.
  if (::close_range(STDERR_FILENO + 1, ~0u, 0) != 0) {
    for (int fd = STDERR_FILENO + 1; fd < 256; ++fd) ::close(fd);
  }
  if (plugin.entry) ::_exit(vmcoredd_runner_serve(plugin.entry, STDIN_FILENO, STDOUT_FILENO));
  char* const arguments[] = {const_cast<char*>(plugin.path.c_str()), const_cast<char*>(argument),
                             nullptr};
  ::execv(plugin.path.c_str(), arguments);
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
              Clock::time_point deadline,
              const OutputCallback& on_output) {
  std::array<std::byte, kWindow> window;
  if (request.empty()) request_fd.reset();
  for (;;) {
    const int left = MillisecondsUntil(deadline);
    if (left == 0) return {ChildEnd::Kind::kTimedOut, 0, std::nullopt};
    pollfd fds[] = {{output_fd, POLLIN, 0}, {request_fd.get(), POLLOUT, 0}};
    if (::poll(fds, 2, left) < 0 && errno != EINTR) {
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
// without reaping it: until then nobody else can get its number.
bool HasEndedBy(pid_t child, Clock::time_point deadline) {
  for (long pause_ns = 20'000;; pause_ns = std::min(pause_ns * 2, 5'000'000L)) {
    siginfo_t info{};
    const int got = ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
    if (got == 0 && info.si_pid == child) return true;
    if (Clock::now() >= deadline) return false;
    const timespec pause{0, pause_ns};
    ::nanosleep(&pause, nullptr);
  }
}

ChildEnd Reap(pid_t child, ChildEnd end, Clock::time_point deadline) {
  if (end.kind == ChildEnd::Kind::kExited && !HasEndedBy(child, deadline)) {
    end.kind = ChildEnd::Kind::kTimedOut;
  }
  // Itself, if it still runs, and what it may have started.
  ::kill(-child, SIGKILL);
  if (end.kind != ChildEnd::Kind::kExited && !HasEndedBy(child, Clock::now() + kKillGrace)) {
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

Result<ChildEnd> RunPluginProcess(const Plugin& plugin,
                                  const std::string& argument,
                                  std::string_view request,
                                  milliseconds deadline,
                                  const OutputCallback& on_output) {
  const SigpipeIgnored sigpipe_ignored;
  const auto ends_at = Clock::now() + deadline;
  Pipe request_pipe = VMCOREDD_TRY(MakePipe());
  Pipe output_pipe = VMCOREDD_TRY(MakePipe());
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return FailIo("cannot fork", errno);
  if (child == 0) BecomePlugin(plugin, argument.c_str(), request_pipe, output_pipe, parent);
  // Also here: the child may not have come that far when it has to be killed.
  ::setpgid(child, child);
  request_pipe.read.reset();
  output_pipe.write.reset();
  ::fcntl(request_pipe.write.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(output_pipe.read.get(), F_SETFL, O_NONBLOCK);
  ChildEnd end =
      Pump(std::move(request_pipe.write), request, output_pipe.read.get(), ends_at, on_output);
  return Reap(child, std::move(end), ends_at);
}

}  // namespace vmcoredd
