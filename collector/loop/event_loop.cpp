// SPDX-License-Identifier: LGPL-2.1-or-later
#include "collector/loop/event_loop.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace vmcoredd {

namespace {

using std::chrono::milliseconds;

// What one call of epoll_wait() can tell; the rest comes with the next.
constexpr size_t kEventsAtOnce = 32;

// The descriptor and its generation: one that is removed and added again by a callback
// does not get the events of the one before.
uint64_t Tag(int fd, uint32_t generation) {
  return uint64_t{generation} << 32 | static_cast<uint32_t>(fd);
}

}  // namespace

Result<std::unique_ptr<EventLoop>> EventLoop::Create() {
  std::unique_ptr<EventLoop> loop(new EventLoop);
  loop->epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  if (!loop->epoll_.is_valid()) return FailIo("cannot make an epoll instance", errno);
  return loop;
}

EventLoop::~EventLoop() { ResetInChild(); }

void EventLoop::ResetInChild() const {
  sigset_t mask;
  ::sigemptyset(&mask);
  for (const int signal : blocked_) ::sigaddset(&mask, signal);
  ::sigprocmask(SIG_UNBLOCK, &mask, nullptr);
}

Result<void> EventLoop::AddFd(int fd, uint32_t events, FdCallback callback) {
  const uint32_t generation = ++last_generation_;
  struct epoll_event event {};
  event.events = events;
  event.data.u64 = Tag(fd, generation);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    if (errno == EEXIST) {
      return Fail(ErrorCode::kAlreadyExists, "the descriptor is waited for already");
    }
    if (errno == EPERM) {
      return Fail(ErrorCode::kUnsupported, "nobody can wait for this kind of file");
    }
    return FailIo("cannot wait for a descriptor", errno);
  }
  watched_[fd] = {generation, std::make_shared<FdCallback>(std::move(callback))};
  return {};
}

Result<void> EventLoop::SetEvents(int fd, uint32_t events) {
  const auto found = watched_.find(fd);
  if (found == watched_.end()) {
    return Fail(ErrorCode::kNotFound, "the descriptor is not waited for");
  }
  struct epoll_event event {};
  event.events = events;
  event.data.u64 = Tag(fd, found->second.generation);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) != 0) {
    return FailIo("cannot wait for a descriptor", errno);
  }
  return {};
}

void EventLoop::RemoveFd(int fd) {
  if (watched_.erase(fd) != 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

EventLoop::TimerId EventLoop::AddTimer(milliseconds delay, Callback callback) {
  timers_.emplace(Clock::now() + delay, Timer{++last_timer_, std::move(callback)});
  return last_timer_;
}

void EventLoop::CancelTimer(TimerId timer) {
  const auto found = std::find_if(timers_.begin(), timers_.end(),
                                  [&](const auto& entry) { return entry.second.id == timer; });
  if (found != timers_.end()) timers_.erase(found);
}

Result<void> EventLoop::AddSignal(int signal, Callback callback) {
  on_signal_[signal] = std::make_shared<Callback>(std::move(callback));
  return OpenSignals();
}

Result<void> EventLoop::AddChild(pid_t child, ChildCallback callback) {
  children_[child] = std::move(callback);
  if (on_signal_.find(SIGCHLD) != on_signal_.end()) return {};
  VMCOREDD_TRY(AddSignal(SIGCHLD, [this] { ReapChildren(); }));
  // It may have ended before SIGCHLD was blocked: ask once.
  AddTimer(milliseconds(0), [this] { ReapChildren(); });
  return {};
}

void EventLoop::RemoveChild(pid_t child) { children_.erase(child); }

Result<void> EventLoop::OpenSignals() {
  sigset_t all, before;
  ::sigemptyset(&all);
  for (const auto& [signal, callback] : on_signal_) ::sigaddset(&all, signal);
  ::sigprocmask(SIG_BLOCK, &all, &before);
  for (const auto& [signal, callback] : on_signal_) {
    if (::sigismember(&before, signal) == 0) blocked_.push_back(signal);
  }
  const int fd = ::signalfd(signals_.get(), &all, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) return FailIo("cannot take signals", errno);
  if (signals_.is_valid()) return {};
  signals_.reset(fd);
  return AddFd(fd, EPOLLIN, [this](uint32_t) { ReadSignals(); });
}

void EventLoop::ReadSignals() {
  struct signalfd_siginfo info {};
  while (::read(signals_.get(), &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info))) {
    const auto found = on_signal_.find(static_cast<int>(info.ssi_signo));
    if (found == on_signal_.end()) continue;
    const std::shared_ptr<Callback> callback = found->second;
    (*callback)();
  }
}

void EventLoop::ReapChildren() {
  for (;;) {
    int status = 0;
    const pid_t child = ::waitpid(-1, &status, WNOHANG);
    if (child <= 0) return;
    const auto found = children_.find(child);
    if (found == children_.end()) continue;
    const ChildCallback callback = std::move(found->second);
    children_.erase(found);
    callback(status);
  }
}

int EventLoop::TimeoutMs(milliseconds limit) const {
  milliseconds wait = limit;
  if (!timers_.empty()) {
    // Rounded up: woken a moment too early, it would spin until it is time.
    const auto left = std::chrono::ceil<milliseconds>(timers_.begin()->first - Clock::now());
    wait = limit < milliseconds(0) ? left : std::min(limit, left);
    wait = std::max(wait, milliseconds(0));
  }
  return static_cast<int>(std::min<int64_t>(wait.count(), 3600 * 1000));
}

// Those that are due now; what they add comes next time.
bool EventLoop::RunTimers() {
  std::vector<TimerId> due;
  const Clock::time_point now = Clock::now();
  for (auto it = timers_.begin(); it != timers_.end() && it->first <= now; ++it) {
    due.push_back(it->second.id);
  }
  bool any = false;
  for (const TimerId id : due) {
    const auto found = std::find_if(timers_.begin(), timers_.end(),
                                    [&](const auto& entry) { return entry.second.id == id; });
    if (found == timers_.end()) continue;  // cancelled by one before it
    const Callback callback = std::move(found->second.callback);
    timers_.erase(found);
    callback();
    any = true;
  }
  return any;
}

Result<bool> EventLoop::RunOnce(milliseconds timeout) {
  std::array<struct epoll_event, kEventsAtOnce> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 TimeoutMs(timeout));
  if (count < 0 && errno != EINTR) return FailIo("cannot wait", errno);
  bool any = false;
  for (int i = 0; i < count; ++i) {
    const struct epoll_event& event = events[static_cast<size_t>(i)];
    const auto found = watched_.find(static_cast<int>(event.data.u64 & 0xffffffff));
    if (found == watched_.end() || found->second.generation != event.data.u64 >> 32) continue;
    const std::shared_ptr<FdCallback> callback = found->second.callback;
    (*callback)(event.events);
    any = true;
  }
  return RunTimers() || any;
}

Result<void> EventLoop::Run() {
  stopped_ = false;
  while (!stopped_) VMCOREDD_TRY(RunOnce(milliseconds(-1)));
  return {};
}

}  // namespace vmcoredd
