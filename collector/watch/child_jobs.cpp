// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/watch/child_jobs.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace vmcoredd::watch {

namespace {

constexpr int kJobFd = 3;

// Nothing of ours stays open: not the sockets with notifications, not other jobs' pipes.
void KeepOnly(int output) {
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  ::dup2(output, kJobFd);
  if (::close_range(kJobFd + 1, ~0u, 0) == 0) return;
  for (int fd = kJobFd + 1; fd < 1024; ++fd) ::close(fd);
}

[[noreturn]] void Exec(const Job& job) {
  ::dup2(kJobFd, STDOUT_FILENO);
  ::close(kJobFd);
  std::vector<char*> arguments, environment;
  for (const std::string& one : job.command) arguments.push_back(const_cast<char*>(one.c_str()));
  for (const std::string& one : job.environment) {
    environment.push_back(const_cast<char*>(one.c_str()));
  }
  arguments.push_back(nullptr);
  environment.push_back(nullptr);
  ::execve(arguments[0], arguments.data(), environment.data());
  ::_exit(127);
}

[[noreturn]] void BecomeChild(const EventLoop& loop, const Job& job, int output, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(127);
  ::setpgid(0, 0);
  loop.ResetInChild();
  KeepOnly(output);
  if (job.run) ::_exit(job.run(kJobFd));
  Exec(job);
}

}  // namespace

struct ChildJobs::Running {
  UniqueFd output;
  size_t max_output = 0;
  EventLoop::TimerId timer = 0;
  OnEnd on_end;
  JobEnd end;
  bool has_ended = false;
};

std::string JobEnd::Problem(std::chrono::milliseconds time) const {
  if (is_timed_out) return "it took longer than " + std::to_string(time.count()) + " ms";
  if (WIFSIGNALED(status)) return "it was killed by signal " + std::to_string(WTERMSIG(status));
  if (WEXITSTATUS(status) == 127) return "it could not be run";
  return "it ended with " + std::to_string(WEXITSTATUS(status));
}

ChildJobs::ChildJobs(EventLoop& loop) : loop_(loop) {}

ChildJobs::~ChildJobs() {
  for (const auto& [child, job] : jobs_) {
    ::kill(-child, SIGKILL);
    loop_.RemoveChild(child);
    loop_.CancelTimer(job->timer);
    if (job->output.is_valid()) loop_.RemoveFd(job->output.get());
  }
}

Result<void> ChildJobs::Start(const Job& job, OnEnd on_end) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) return FailIo("cannot make a pipe", errno);
  auto running = std::make_unique<Running>();
  running->output.reset(fds[0]);
  const UniqueFd write(fds[1]);
  // Only our end does not wait.
  ::fcntl(write.get(), F_SETFL, 0);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return FailIo("cannot start a process", errno);
  if (child == 0) BecomeChild(loop_, job, write.get(), parent);
  ::setpgid(child, child);  // whoever of us is first
  running->max_output = job.max_output;
  running->on_end = std::move(on_end);
  const int output = running->output.get();
  Running& kept = *running;
  jobs_[child] = std::move(running);
  VMCOREDD_TRY(loop_.AddChild(child, [this, child](int status) { Ended(child, status); }));
  VMCOREDD_TRY(loop_.AddFd(output, EPOLLIN, [this, child](uint32_t) { Read(child); }));
  kept.timer = loop_.AddTimer(job.time, [this, child] {
    const auto found = jobs_.find(child);
    if (found == jobs_.end()) return;
    found->second->end.is_timed_out = true;
    ::kill(-child, SIGTERM);
    found->second->timer = loop_.AddTimer(kGrace, [child] { ::kill(-child, SIGKILL); });
  });
  return {};
}

void ChildJobs::Read(pid_t child) {
  const auto found = jobs_.find(child);
  if (found == jobs_.end()) return;
  Running& job = *found->second;
  std::array<char, 4096> window;
  for (;;) {
    const ssize_t got = ::read(job.output.get(), window.data(), window.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) break;
    const size_t room = job.max_output - std::min(job.max_output, job.end.output.size());
    job.end.output.append(window.data(), std::min(room, static_cast<size_t>(got)));
  }
  loop_.RemoveFd(job.output.get());
  job.output.reset();
  if (job.has_ended) Finish(child);
}

// What it has written is read before its end is told. Who keeps the pipe open although it
// is gone, is not waited for.
void ChildJobs::Ended(pid_t child, int status) {
  const auto found = jobs_.find(child);
  if (found == jobs_.end()) return;
  found->second->has_ended = true;
  found->second->end.status = status;
  ::kill(-child, SIGKILL);  // what it has left behind
  if (found->second->output.is_valid()) Read(child);
  if (jobs_.contains(child)) Finish(child);
}

void ChildJobs::Finish(pid_t child) {
  const auto found = jobs_.find(child);
  if (found == jobs_.end()) return;
  const std::unique_ptr<Running> job = std::move(found->second);
  jobs_.erase(found);
  loop_.CancelTimer(job->timer);
  if (job->output.is_valid()) loop_.RemoveFd(job->output.get());
  job->on_end(std::move(job->end));
}

void ChildJobs::TerminateAll() {
  for (const auto& [child, job] : jobs_) ::kill(-child, SIGTERM);
}

}  // namespace vmcoredd::watch
