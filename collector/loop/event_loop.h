// SPDX-License-Identifier: LGPL-2.1-or-later
#ifndef VMCOREDD_COLLECTOR_LOOP_EVENT_LOOP_H_
#define VMCOREDD_COLLECTOR_LOOP_EVENT_LOOP_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "vmcoredd/base/result.h"
#include "vmcoredd/base/unique_fd.h"

namespace vmcoredd {

// Waits for file descriptors, timers, signals and children, and calls back. One thread, one
// loop a process. A callback may add and remove anything, itself included.
class EventLoop {
 public:
  using Clock = std::chrono::steady_clock;

  static Result<std::unique_ptr<EventLoop>> Create();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

  // `events`: EPOLLIN, EPOLLOUT, EPOLLPRI; called with those that are there, and EPOLLERR,
  // EPOLLHUP. The descriptor stays the caller's: RemoveFd() before it is closed.
  // kAlreadyExists for one that is there, kUnsupported for one that nobody can wait for.
  using FdCallback = std::function<void(uint32_t events)>;
  Result<void> AddFd(int fd, uint32_t events, FdCallback callback);
  Result<void> SetEvents(int fd, uint32_t events);
  void RemoveFd(int fd);

  // Calls once, after `delay`; 0 is never a timer. A timer that repeats adds itself again.
  using TimerId = uint64_t;
  using Callback = std::function<void()>;
  TimerId AddTimer(std::chrono::milliseconds delay, Callback callback);
  void CancelTimer(TimerId timer);  // also of one that is over, or 0

  // From now on the signal calls back instead of its default action.
  Result<void> AddSignal(int signal, Callback callback);
  // Called once with the status of waitpid() when the child has ended. Children that nobody
  // waits for are reaped, too.
  using ChildCallback = std::function<void(int status)>;
  Result<void> AddChild(pid_t child, ChildCallback callback);
  void RemoveChild(pid_t child);  // its end is not told any more

  // In a forked child: signals as they were before this loop; the loop is not to be used.
  void ResetInChild() const;

  // Until Stop(), which is for callbacks.
  Result<void> Run();
  void Stop() { stopped_ = true; }
  // Waits at most `timeout` for anything and calls back what is ready. Whether there was.
  Result<bool> RunOnce(std::chrono::milliseconds timeout);

 private:
  struct Watched {
    uint32_t generation = 0;
    std::shared_ptr<FdCallback> callback;
  };
  struct Timer {
    TimerId id = 0;
    Callback callback;
  };

  EventLoop() = default;
  Result<void> OpenSignals();
  void ReadSignals();
  void ReapChildren();
  bool RunTimers();
  int TimeoutMs(std::chrono::milliseconds limit) const;

  UniqueFd epoll_, signals_;
  std::map<int, Watched> watched_;
  std::multimap<Clock::time_point, Timer> timers_;
  std::map<int, std::shared_ptr<Callback>> on_signal_;
  std::map<pid_t, ChildCallback> children_;
  std::vector<int> blocked_;  // signals that were not blocked before us
  TimerId last_timer_ = 0;
  uint32_t last_generation_ = 0;
  bool stopped_ = false;
};

}  // namespace vmcoredd

#endif  // VMCOREDD_COLLECTOR_LOOP_EVENT_LOOP_H_
