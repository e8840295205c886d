// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/health/mlx5/register_child.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace vmcoredd::mlx5 {

namespace {

// Where the child has its end of the socket.
constexpr int kChildFd = 3;

// Serves looks until the other end is closed. Only this device's files are opened here:
// what the service has open is closed first.
[[noreturn]] void Serve(int fd, const RegisterChild::Read& read) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const rlimit none = {0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::setrlimit(RLIMIT_NPROC, &none);
  if (fd != kChildFd && ::dup2(fd, kChildFd) < 0) ::_exit(1);
  if (::close_range(kChildFd + 1, ~0U, 0) != 0) ::_exit(1);
  for (;;) {
    char request = 0;
    const ssize_t got = ::recv(kChildFd, &request, sizeof request, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) ::_exit(0);
    const Sample sample = read();
    if (::send(kChildFd, &sample, sizeof sample, MSG_NOSIGNAL) < 0) ::_exit(0);
  }
}

Sample FailedSample(Sample::Status status, const char* why) {
  Sample sample;
  sample.status = status;
  std::snprintf(sample.why, sizeof sample.why, "%s", why);
  return sample;
}

}  // namespace

RegisterChild::RegisterChild(EventLoop& loop, Read read, OnSample on_sample)
    : loop_(loop),
      read_(std::move(read)),
      on_sample_(std::move(on_sample)),
      self_(std::make_shared<RegisterChild*>(this)) {}

RegisterChild::~RegisterChild() {
  *self_ = nullptr;
  loop_.CancelTimer(timer_);
  if (child_ != 0) Kill();
  if (stuck_ != 0) loop_.RemoveChild(stuck_);
}

bool RegisterChild::Start() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
  UniqueFd ours(ends[0]), theirs(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    loop_.ResetInChild();
    Serve(theirs.get(), read_);
  }
  if (child < 0) return false;
  child_ = child;
  fd_ = std::move(ours);
  const std::shared_ptr<RegisterChild*> self = self_;
  const auto added = loop_.AddFd(fd_.get(), EPOLLIN, [self](uint32_t events) {
    if (*self) (*self)->OnAnswer(events);
  });
  const auto watched = loop_.AddChild(child, [self, child](int) {
    if (!*self) return;
    // From now on the number may be another's.
    if ((*self)->stuck_ == child) (*self)->stuck_ = 0;
    if ((*self)->child_ == child) (*self)->child_ = 0;
  });
  if (added && watched) return true;
  Kill();
  return false;
}

void RegisterChild::Ask(std::chrono::milliseconds deadline) {
  if (asked_) return;
  asked_ = true;
  retried_ = false;
  timer_ = loop_.AddTimer(deadline, [this] {
    timer_ = 0;
    GiveUp("no answer within the deadline");
  });
  Send();
}

void RegisterChild::Send() {
  if (stuck_ != 0) {
    return AnswerLater(Sample::Status::kNoReturn, "the process of an earlier load does not die");
  }
  if (child_ == 0 || !fd_.is_valid()) {
    Kill();
    stuck_ = 0;
    if (!Start()) {
      return AnswerLater(Sample::Status::kCannotRead, "no process can be started");
    }
  }
  const char request = 1;
  // When it fails the other end is closed, and OnAnswer() will see it.
  static_cast<void>(::send(fd_.get(), &request, sizeof request, MSG_NOSIGNAL | MSG_DONTWAIT));
}

void RegisterChild::OnAnswer(uint32_t) {
  Sample sample;
  const ssize_t got = ::recv(fd_.get(), &sample, sizeof sample, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got != static_cast<ssize_t>(sizeof sample)) {
    // It has closed its end, so it has ended or is about to.
    Kill();
    stuck_ = 0;
    if (!asked_) return;
    if (std::exchange(retried_, true)) return GiveUp("a load ends the process that makes it");
    return Send();
  }
  if (!asked_) return;  // nobody waits for it any more
  sample.why[sizeof sample.why - 1] = '\0';
  Answer(sample);
}

void RegisterChild::GiveUp(const char* why) {
  Kill();
  Answer(FailedSample(Sample::Status::kNoReturn, why));
}

// It may hang in a load: then it stays, and no other is started beside it.
void RegisterChild::Kill() {
  if (fd_.is_valid()) loop_.RemoveFd(fd_.get());
  fd_.reset();
  if (child_ == 0) return;
  ::kill(child_, SIGKILL);
  stuck_ = std::exchange(child_, 0);
}

void RegisterChild::AnswerLater(Sample::Status status, const char* why) {
  const Sample sample = FailedSample(status, why);
  loop_.CancelTimer(timer_);
  timer_ = loop_.AddTimer(std::chrono::milliseconds(0), [this, sample] {
    timer_ = 0;
    Answer(sample);
  });
}

void RegisterChild::Answer(const Sample& sample) {
  loop_.CancelTimer(std::exchange(timer_, 0));
  asked_ = false;
  on_sample_(sample);
}

}  // namespace vmcoredd::mlx5
